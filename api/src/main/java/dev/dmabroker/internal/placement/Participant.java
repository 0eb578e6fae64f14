package dev.dmabroker.internal.placement;

import dev.dmabroker.spi.PlacementHeuristic.User;
import java.util.List;
import java.util.Optional;

/** A device that takes part in a placement, as the solver sees it. */
public interface Participant {

  /** The device's name. */
  String name();

  /** The names of several, in their order. */
  static List<String> names(List<? extends Participant> participants) {
    return participants.stream().map(Participant::name).toList();
  }

  /** The device as heuristics see it. */
  User user();

  /** What it can live with, best first. */
  List<Alternative> alternatives();

  /** Whether it may be left out. */
  boolean isDispensable();

  /** Whether it leaves no choice: it has one alternative, and may not be left out. */
  default boolean isPlain() {
    return alternatives().size() == 1 && !isDispensable();
  }

  /** What a probe learnt of why the device does not take a heap, if it was asked. */
  default Optional<String> refusal(String heap) {
    return Optional.empty();
  }
}
