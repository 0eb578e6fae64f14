package dev.dmabroker.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LogLimitTest {
  private final LogLimit limit = new LogLimit();
  private long nowNanos = Long.MAX_VALUE - 1; // The clock may wrap.

  private OptionalLong enter() {
    return limit.enter(nowNanos);
  }

  private void pass(Duration time) {
    nowNanos += time.toNanos();
  }

  @Test
  void someComeAtOnceAndTheOthersAreCounted() {
    for (int i = 0; i < LogLimit.AT_ONCE; i++) {
      assertEquals(OptionalLong.of(0), enter());
    }
    for (int i = 0; i < 7; i++) {
      assertEquals(OptionalLong.empty(), enter());
    }
    pass(LogLimit.PAUSE);
    assertEquals(OptionalLong.of(7), enter());
    assertEquals(OptionalLong.empty(), enter());
    pass(LogLimit.PAUSE);
    assertEquals(OptionalLong.of(1), enter());
  }

  @Test
  void whoAsksOftenIsNotKeptOutForThat() {
    for (int i = 0; i < LogLimit.AT_ONCE; i++) {
      assertEquals(OptionalLong.of(0), enter());
    }
    int admitted = 0;
    for (int i = 0; i < 600; i++) {
      pass(LogLimit.PAUSE.dividedBy(60));
      admitted += enter().isPresent() ? 1 : 0;
    }
    assertEquals(10, admitted, 1); // In ten pauses.
  }

  @Test
  void aLongSilenceSavesUpNoMoreThanAtOnce() {
    assertEquals(OptionalLong.of(0), enter());
    pass(LogLimit.PAUSE.multipliedBy(1000));
    for (int i = 0; i < LogLimit.AT_ONCE; i++) {
      assertEquals(OptionalLong.of(0), enter());
    }
    assertEquals(OptionalLong.empty(), enter());
  }

  @Test
  void saysHowManyWereLeftOut() {
    assertEquals("", LogLimit.skipped(0));
    assertEquals(" (3 such lines left out before)", LogLimit.skipped(3));
  }
}
