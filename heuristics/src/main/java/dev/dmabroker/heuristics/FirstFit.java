package dev.dmabroker.heuristics;

import dev.dmabroker.spi.PlacementHeuristic;
import java.util.ArrayList;
import java.util.List;

/**
 * Tries the heaps in the {@linkplain PlacementHeuristic.Request#heaps() broker's order}. It serves
 * applications that give the builder their heaps in the order that they want, and tests that must
 * not depend on costs. Preferences do not count. Thread-safe.
 */
public final class FirstFit implements PlacementHeuristic {

  /** Makes the heuristic, for {@link java.util.ServiceLoader} and for the builder. */
  public FirstFit() {}

  @Override
  public String name() {
    return "first-fit";
  }

  @Override
  public List<Ranked> rank(Request request) {
    List<Ranked> ranked = new ArrayList<>(request.heaps().size());
    for (HeapLoad heap : request.heaps()) {
      int position = ranked.size() + 1;
      ranked.add(
          new Ranked(heap.name(), position, () -> "number " + position + " in the broker's order"));
    }
    return ranked;
  }
}
