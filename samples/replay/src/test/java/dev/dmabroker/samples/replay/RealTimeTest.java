package dev.dmabroker.samples.replay;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RealTimeTest {
  @Test
  void awaitsNoLessThanWasAsked() {
    RealTime pacer = new RealTime(100);
    pacer.await(500);
    assertTrue(pacer.micros() >= 500);
  }
}
