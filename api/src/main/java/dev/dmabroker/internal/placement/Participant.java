package dev.dmabroker.internal.placement;

import dev.dmabroker.spi.PlacementHeuristic.User;
import java.util.List;
import java.util.Optional;

/** Stands for a device that takes part in a placement, as the solver sees it. */
public interface Participant {

  /** Returns the device's name. */
  String name();

  /** Returns the names of several devices, in their order. */
  static List<String> names(List<? extends Participant> participants) {
    return participants.stream().map(Participant::name).toList();
  }

  /** Returns the device as heuristics see it. */
  User user();

  /** Returns what the device can live with, best first. */
  List<Alternative> alternatives();

  /** Tells whether the device may be left out. */
  boolean isDispensable();

  /** Tells whether the device leaves no choice: it has one alternative, and may not be left out. */
  default boolean isPlain() {
    return alternatives().size() == 1 && !isDispensable();
  }

  /** Returns counts of buffers that each alternative asks at least; none if it may be left out. */
  default BufferCounts leastCounts() {
    return isDispensable()
        ? BufferCounts.NONE
        : alternatives().stream()
            .map(each -> each.counts())
            .reduce(BufferCounts::orLess)
            .orElse(BufferCounts.NONE);
  }

  /** Returns counts of buffers that the devices ask together at least, whatever is chosen. */
  static BufferCounts leastCounts(List<? extends Participant> participants) {
    return participants.stream()
        .map(Participant::leastCounts)
        .reduce(BufferCounts.NONE, BufferCounts::and);
  }

  /** Returns why the device does not take a heap, if a probe has asked it. */
  default Optional<String> refusal(String heap) {
    return Optional.empty();
  }
}
