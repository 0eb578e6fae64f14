package dev.dmabroker.internal.runtime;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Converts and checks durations that users give. */
public final class Durations {
  private Durations() {}

  /** Returns the duration in nanoseconds, at most 292 years. */
  public static long nanos(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(duration);
  }

  /**
   * Checks a timeout.
   *
   * @throws IllegalArgumentException unless the timeout is positive
   */
  public static void positive(String what, Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(
          what + " must be positive, is " + duration + "; tryMap and unprepare do not wait");
    }
  }
}
