package dev.dmabroker.internal;

import java.util.List;
import java.util.Optional;

/** Who has to be served, as the solver sees it. */
interface Member {

  /** The device's name. */
  String name();

  /** The names of several, in their order. */
  static List<String> names(List<? extends Member> members) {
    return members.stream().map(Member::name).toList();
  }

  /** What it can live with, best first. */
  List<Option> options();

  /** Whether it may be left out. */
  boolean isDispensable();

  /** What a probe learnt of why the device does not take a heap, if it was asked. */
  default Optional<String> refusal(String heap) {
    return Optional.empty();
  }
}
