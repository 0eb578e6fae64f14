package dev.dmabroker.samples.replay;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.RebalancePolicy;
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
  /** Every heuristic with its usual parameters, in the order in which they are played. */
  static final List<String> NAMES =
      List.of("first-fit", "least-cost", "sticky", "pressure", "foresight", "return-idle");

  /**
   * The heuristic of that name, over least-cost if it is over another.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Choice named(String name) {
    return ChoiceParser.parse(name);
  }
}
