package dev.dmabroker.scenario;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class RemoteStreamPublisherTest extends StreamPublisherTest {
  @Override
  @Test
  @Disabled("a subscriber is told of the end when it has requested a frame")
  void stoppingCompletesThoughNothingIsRequested() {}
}
