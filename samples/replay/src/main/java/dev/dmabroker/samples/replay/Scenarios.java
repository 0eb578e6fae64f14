package dev.dmabroker.samples.replay;

import java.util.List;
import java.util.Optional;

/** The scenarios whose traces are shipped. */
final class Scenarios {
  private static final long MIB = 1 << 20;

  private static final List<Scenario> ALL =
      List.of(
          new Scenario("late-encoder", heaps(64), LateEncoder::script),
          new Scenario("contiguous-pressure", heaps(16), ContiguousPressure::script),
          new Scenario("short-streams", heaps(32), ShortStreams::script),
          new Scenario("displays", heaps(64), Displays::script));

  private Scenarios() {}

  private static List<TraceHeap> heaps(int cmaMib) {
    return List.of(TraceHeap.scattered("system"), TraceHeap.contiguous("cma", cmaMib * MIB));
  }

  static List<String> names() {
    return ALL.stream().map(Scenario::name).toList();
  }

  static Optional<Scenario> named(String name) {
    return ALL.stream().filter(each -> each.name().equals(name)).findFirst();
  }
}
