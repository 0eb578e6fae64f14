package dev.dmabroker.internal;

import dev.dmabroker.BufferSpec;
import dev.dmabroker.Coherency;
import dev.dmabroker.spi.Backing;
import java.util.List;

/** Placements without a planner. */
final class Placements {
  private Placements() {}

  static Placement at(HeapAccount heap, Backing backing, BufferSpec spec, long generation) {
    long sizeBytes = spec.layout().sizeBytes();
    return new Placement(
        new HeapTable(List.of(heap)),
        0,
        Target.of(spec),
        new Solution.Choice(List.of(), 0, spec.layout(), sizeBytes, sizeBytes, 1, Coherency.CPU),
        backing,
        generation);
  }
}
