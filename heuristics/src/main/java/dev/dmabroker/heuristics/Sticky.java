package dev.dmabroker.heuristics;

import dev.dmabroker.spi.PlacementHeuristic;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Tries the heap that the buffer lies in first, as long as its cost is within a factor of the
 * lowest cost. It serves pipelines in which devices come and go, or heaps fill and drain, so that
 * two heaps take turns at being the best: without hysteresis a buffer would follow them to and fro,
 * and each move is a copy and a stall. This has happened in practice: when a GPU driver came to
 * evict in its first pass, instead of trying without first, buffers thrashed and games fell to
 * single-digit frame rates (Linux commit 787db3bb6ed5, "drm/i915: Attempt to get pages without
 * eviction first").
 *
 * <p>A heap that goes first for this reason is given the lowest cost, so that costs still rise from
 * place to place. The other heaps keep the inner order. Thread-safe if the inner heuristic is.
 */
public final class Sticky implements PlacementHeuristic {
  private final PlacementHeuristic inner;
  private final double factor;

  /**
   * Wraps another heuristic.
   *
   * @param inner ranks the heaps; its costs must not be negative
   * @param factor how many times the lowest cost the present place may cost; 1 breaks ties only
   * @throws IllegalArgumentException unless the factor is at least 1, and finite
   */
  public Sticky(PlacementHeuristic inner, double factor) {
    this.inner = Objects.requireNonNull(inner, "inner");
    if (!(factor >= 1 && Double.isFinite(factor))) {
      throw new IllegalArgumentException("factor must be finite and at least 1, is " + factor);
    }
    this.factor = factor;
  }

  @Override
  public String name() {
    return "sticky(" + inner.name() + ")";
  }

  @Override
  public List<Ranked> rank(Request request) {
    List<Ranked> ranked = inner.rank(request);
    if (request.currentHeap().isEmpty()) {
      return ranked;
    }
    String present = request.currentHeap().get();
    for (int i = 1; i < ranked.size(); i++) {
      Ranked here = ranked.get(i);
      if (here.heap().equals(present)) {
        double best = ranked.get(0).cost();
        return here.cost() <= factor * best ? first(ranked, i, best) : ranked;
      }
    }
    return ranked;
  }

  private List<Ranked> first(List<Ranked> ranked, int index, double best) {
    List<Ranked> sticky = new ArrayList<>(ranked);
    Ranked here = sticky.remove(index);
    sticky.add(
        0,
        new Ranked(
            here.heap(),
            best,
            () ->
                here.reason()
                    + String.format(
                        Locale.ROOT,
                        "; stays, as %.2f is within %.2f times the best, %.2f",
                        here.cost(),
                        factor,
                        best)));
    return sticky;
  }

  @Override
  public Eviction evict(Crowded crowded) {
    return inner.evict(crowded);
  }
}
