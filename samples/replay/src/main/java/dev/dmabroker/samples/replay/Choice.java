package dev.dmabroker.samples.replay;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.heuristics.AttachHistory;
import dev.dmabroker.heuristics.FirstFit;
import dev.dmabroker.heuristics.Foresight;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.heuristics.Pressure;
import dev.dmabroker.heuristics.Sticky;
import dev.dmabroker.spi.PlacementHeuristic;
import java.util.List;

/**
 * A heuristic to play against, new, so that it has learnt nothing.
 *
 * @param name what the command line calls it
 * @param heuristic the heuristic
 * @param listeners what it needs to be told
 */
record Choice(String name, PlacementHeuristic heuristic, List<BrokerListener> listeners) {
  /** Every heuristic, in the order in which they are played. */
  static final List<String> NAMES =
      List.of("first-fit", "least-cost", "sticky", "pressure", "foresight");

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
        yield new Choice(name, new Foresight(new LeastCost(), history), List.of(history));
      }
      default ->
          throw new IllegalArgumentException(
              "there is no heuristic '" + name + "', only " + String.join(", ", NAMES));
    };
  }

  private static Choice plain(String name, PlacementHeuristic heuristic) {
    return new Choice(name, heuristic, List.of());
  }
}
