package dev.dmabroker.testing;

import dev.dmabroker.spi.PlacementHeuristic;
import java.util.List;

/** Ranks heaps in the broker's order. */
public final class InOrder implements PlacementHeuristic {
  @Override
  public String name() {
    return "in-order";
  }

  @Override
  public List<Ranked> rank(Request request) {
    return request.heaps().stream().map(heap -> new Ranked(heap.name(), 0, "in order")).toList();
  }
}
