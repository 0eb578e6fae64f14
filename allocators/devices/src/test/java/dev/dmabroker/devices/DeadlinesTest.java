package dev.dmabroker.devices;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
  private static long left(Duration timeout) {
    return Deadlines.after(timeout) - System.nanoTime();
  }

  @Test
  void aTimeoutThatNoLongCountsIsNotOver() {
    long left = left(Duration.ofSeconds(Long.MAX_VALUE));
    assertTrue(left > Duration.ofDays(365).toNanos() && left + 1_000_000 > left, () -> "" + left);
  }

  @Test
  void aTimeoutThatIsOverIsOver() {
    assertTrue(left(Duration.ZERO) <= 0);
    assertTrue(left(Duration.ofMillis(-1)) < 0);
  }

  @Test
  void aTimeoutIsOverWhenItSays() {
    long left = left(Duration.ofHours(1));
    assertTrue(left <= Duration.ofHours(1).toNanos() && left > 0, () -> "" + left);
  }
}
