package dev.dmabroker.internal.gate;

import dev.dmabroker.internal.allocation.PlacedMemory;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.placement.HeapTable;
import dev.dmabroker.internal.placement.Solution;
import dev.dmabroker.internal.placement.Target;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Coherency;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Placements without a planner, and gates without a buffer. */
final class Placements {
  private Placements() {}

  static Place at(HeapAccount heap, HeapMemory memory, BufferSpec spec, long generation) {
    long sizeBytes = spec.layout().sizeBytes();
    return new Place(
        new PlacedMemory(
            new HeapTable(List.of(heap)),
            0,
            Target.of(spec),
            new Solution.Choice(
                List.of(), 0, spec.layout(), sizeBytes, sizeBytes, 1, 1, Coherency.CPU, List.of()),
            memory,
            () -> {},
            generation,
            System.nanoTime()));
  }

  /** An occupancy of no attachment, with so many slots. */
  @SuppressWarnings("NullAway") // A gate asks nothing of whose it is.
  static Occupancy occupancy(Place place, int slots) {
    Occupancy occupancy = new Occupancy(null, place);
    List<BufferMapping> made = new ArrayList<>();
    for (int i = 0; i < slots; i++) {
      made.add(admit(occupancy, Access.READ));
    }
    made.forEach(BufferMapping::leave);
    return occupancy;
  }

  static BufferMapping admit(Occupancy occupancy, Access access) {
    return new Gate()
        .admit(occupancy, access, Thread.currentThread(), true, System.nanoTime(), null);
  }

  static @Nullable BufferMapping enter(Gate gate, Access access) {
    return gate.enter(access, Accesses.ALL, /* own= */ true, System.nanoTime());
  }

  // ---- Changes of a gate, each made as a whole ----

  static void open(Gate gate, Occupancy occupancy) {
    gate.open(occupancy);
    publish(gate);
  }

  static void watch(Gate gate, Occupancy occupancy) {
    gate.watch(occupancy);
    publish(gate);
  }

  static void openToReaders(Gate gate, Occupancy occupancy) {
    gate.openToReaders(occupancy);
    publish(gate);
  }

  static void shut(Gate gate) {
    gate.shut();
    publish(gate);
  }

  /** Does what {@link Attachments#publish} does for one gate. */
  private static void publish(Gate gate) {
    if (gate.coming != null) {
      gate.entrance = gate.coming;
    }
    gate.coming = null;
    gate.before = null;
    gate.narrowed = false;
  }
}
