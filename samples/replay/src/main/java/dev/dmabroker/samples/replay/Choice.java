package dev.dmabroker.samples.replay;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.heuristics.AttachHistory;
import dev.dmabroker.heuristics.FirstFit;
import dev.dmabroker.heuristics.Foresight;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.heuristics.Pressure;
import dev.dmabroker.heuristics.ReturnIdle;
import dev.dmabroker.heuristics.Sticky;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.RebalancePolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A heuristic to play against, new, so that it has learnt nothing.
 *
 * @param name what the command line calls it
 * @param heuristic the heuristic
 * @param listeners what it needs to be told
 * @param rebalancing by what idle buffers leave scarce memory; empty if they stay
 */
record Choice(
    String name,
    PlacementHeuristic heuristic,
    List<BrokerListener> listeners,
    Optional<RebalancePolicy> rebalancing) {
  /** Every heuristic, in the order in which they are played. */
  static final List<String> NAMES =
      List.of("first-fit", "least-cost", "sticky", "pressure", "foresight", "return-idle");

  /**
   * The heuristic of that name, over {@link LeastCost} if it is over another.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Choice named(String name) {
    return switch (name) {
      case "first-fit" -> plain(name, new FirstFit());
      case "least-cost" -> plain(name, new LeastCost());
      case "sticky" -> plain(name, new Sticky(new LeastCost(), 1.5));
      case "pressure" -> plain(name, new Pressure(new LeastCost(), 0.9, 50));
      case "foresight" -> {
        AttachHistory history = new AttachHistory();
        yield new Choice(
            name, new Foresight(new LeastCost(), history), List.of(history), Optional.empty());
      }
      case "return-idle" -> new Choice(name, new LeastCost(), List.of(), Optional.of(returnIdle()));
      default ->
          throw new IllegalArgumentException(
              "there is no heuristic '" + name + "', only " + String.join(", ", NAMES));
    };
  }

  private static Choice plain(String name, PlacementHeuristic heuristic) {
    return new Choice(name, heuristic, List.of(), Optional.empty());
  }

  /** Traces take seconds, so its times are shorter than an application's would be. */
  private static RebalancePolicy returnIdle() {
    return ReturnIdle.builder()
        .marks(0.2, 0.1)
        .minIdle(Duration.ofMillis(300))
        .minInPlace(Duration.ofMillis(700))
        .rate(20, 64 << 20)
        .interval(Duration.ofMillis(100))
        .build();
  }
}
