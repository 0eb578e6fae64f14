package dev.dmabroker.samples.bench;

import java.util.List;

/** All suites, in the order in which they run. */
final class Suites {
  static final List<Suite> ALL =
      List.of(
          new MapSuite(),
          new FirstMapSuite(),
          new ViewSuite(),
          new MoveSuite(),
          new StreamSuite(),
          new RemoteSuite(),
          new PlanSuite(),
          new DevicesSuite(),
          new ScaleSuite(),
          new MemorySuite(),
          new StartSuite());

  private Suites() {}

  static List<String> names() {
    return ALL.stream().map(Suite::name).toList();
  }
}
