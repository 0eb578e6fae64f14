package dev.dmabroker.heuristics;

import dev.dmabroker.spi.PlacementHeuristic;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Costs that the test says, cheapest first; heaps without a cost are left out. Knows how to evict
 * one buffer.
 */
record Fixed(Map<String, Double> costs) implements PlacementHeuristic {
  static final Eviction EVICTION = new Eviction(List.of(7L), 3);

  static Fixed costs(String heap, double cost) {
    return new Fixed(Map.of(heap, cost));
  }

  static Fixed costs(String one, double first, String other, double second) {
    return new Fixed(Map.of(one, first, other, second));
  }

  static Fixed costs(String a, double first, String b, double second, String c, double third) {
    return new Fixed(Map.of(a, first, b, second, c, third));
  }

  @Override
  public String name() {
    return "fixed";
  }

  @Override
  public List<Ranked> rank(Request request) {
    return request.heaps().stream()
        .map(HeapLoad::name)
        .filter(costs::containsKey)
        .map(heap -> new Ranked(heap, costs.getOrDefault(heap, 0.0), new Reason()))
        .sorted(LeastCost.CHEAPEST_FIRST)
        .toList();
  }

  @Override
  public Eviction evict(Crowded crowded) {
    return EVICTION;
  }

  /** A value, so that answers are equal. */
  private record Reason() implements Supplier<String> {
    @Override
    public String get() {
      return "fixed";
    }
  }
}
