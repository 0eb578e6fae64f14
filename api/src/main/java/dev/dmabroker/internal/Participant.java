package dev.dmabroker.internal;

import java.util.List;
import java.util.Optional;

/** Who has to be served, as the solver sees it. */
interface Participant {

  /** The device's name. */
  String name();

  /** The names of several, in their order. */
  static List<String> names(List<? extends Participant> participants) {
    return participants.stream().map(Participant::name).toList();
  }

  /** What it can live with, best first. */
  List<Alternative> alternatives();

  /** Whether it may be left out. */
  boolean isDispensable();

  /** What a probe learnt of why the device does not take a heap, if it was asked. */
  default Optional<String> refusal(String heap) {
    return Optional.empty();
  }
}
