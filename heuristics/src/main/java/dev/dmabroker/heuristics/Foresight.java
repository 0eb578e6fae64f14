package dev.dmabroker.heuristics;

import dev.dmabroker.heuristics.AttachHistory.Expectation;
import dev.dmabroker.spi.PlacementHeuristic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Places a buffer where the devices that usually attach later can use it too. It serves pipelines
 * that run again and again, where a device joins buffers that are in use: without foresight each
 * buffer is placed for the devices that are there, and moved when the other device comes.
 *
 * <p>A heap that an expected device could not use costs 8 more, times the probability that the
 * device comes. That is the price of a move in {@link LeastCost}'s unit: 2 for the copy, and 6 for
 * the stall, in which all devices wait until the last mapping is closed and then for the copy. The
 * price was chosen so that a device that is likelier to come than not outweighs keeping contiguous
 * memory for others, which is worth 4; the fuller that memory is, the surer the device has to be.
 * One move serves all devices, so of several expected devices the likeliest counts. Less than two
 * recent buffers of the kind are no evidence.
 *
 * <p>The heaps are then sorted by cost; heaps of equal cost keep the inner order. The answer
 * depends on the history alone, which this heuristic does not change. Thread-safe.
 */
public final class Foresight implements PlacementHeuristic {
  /**
   * The price of a move: twice the worth of contiguous memory that is not needed, so that both are
   * equal at even odds.
   */
  static final double MOVE = 2 * LeastCost.UNNEEDED_CONTIGUITY;

  /** The evidence of two buffers, of which the older may count half. */
  static final double MIN_EVIDENCE = 1.5;

  private final PlacementHeuristic inner;
  private final AttachHistory history;

  /**
   * Gives another heuristic foresight.
   *
   * @param inner ranks the heaps, with costs in {@link LeastCost}'s unit
   * @param history what was learnt; the broker has to have it as a listener
   */
  public Foresight(PlacementHeuristic inner, AttachHistory history) {
    this.inner = Objects.requireNonNull(inner, "inner");
    this.history = Objects.requireNonNull(history, "history");
  }

  @Override
  public String name() {
    return "foresight(" + inner.name() + ")";
  }

  @Override
  public List<Ranked> rank(Request request) {
    List<Ranked> ranked = inner.rank(request);
    Map<String, Guess> guesses = guesses(request);
    if (guesses.isEmpty()) {
      return ranked;
    }
    List<Ranked> answer = new ArrayList<>(ranked.size());
    for (Ranked each : ranked) {
      Guess guess = guesses.get(each.heap());
      answer.add(
          guess == null
              ? each
              : new Ranked(
                  each.heap(),
                  each.cost() + guess.cost(),
                  () -> each.reason() + "; " + guess.text()));
    }
    answer.sort(LeastCost.CHEAPEST_FIRST);
    return answer;
  }

  /** For each heap, the likeliest device that could not use it. */
  private Map<String, Guess> guesses(Request request) {
    List<Expectation> expected = expected(request);
    Map<String, Guess> guesses = new HashMap<>();
    for (Expectation each : expected) {
      for (HeapLoad heap : request.heaps()) {
        if (!guesses.containsKey(heap.name())
            && heap.heap().unmet(each.device().device(), each.device().constraints()).isPresent()) {
          guesses.put(heap.name(), new Guess(each));
        }
      }
    }
    return guesses;
  }

  private List<Expectation> expected(Request request) {
    if (request.users().isEmpty()) {
      return List.of();
    }
    Set<String> attached = new HashSet<>();
    request.users().forEach(user -> attached.add(user.device()));
    List<Expectation> expected =
        new ArrayList<>(history.expected(request.spec(), request.users().get(0).device()));
    expected.removeIf(
        each -> each.evidence() < MIN_EVIDENCE || attached.contains(each.device().device()));
    return expected;
  }

  @Override
  public Eviction evict(Crowded crowded) {
    return inner.evict(crowded);
  }

  private record Guess(Expectation expected) {
    double cost() {
      return expected.probability() * MOVE;
    }

    String text() {
      return String.format(
          Locale.ROOT,
          "%s attached later to %.1f of %.1f such buffers: +%.1f",
          expected.device().device(),
          expected.probability() * expected.evidence(),
          expected.evidence(),
          cost());
    }
  }
}
