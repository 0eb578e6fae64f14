package dev.dmabroker.internal;

import java.time.Duration;

/** Durations that users give. */
final class Durations {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private Durations() {}

  /** In nanoseconds, at most 292 years. */
  static long nanos(Duration duration) {
    return duration.compareTo(LONGEST) < 0 ? duration.toNanos() : Long.MAX_VALUE;
  }

  /**
   * Checks a timeout.
   *
   * @throws IllegalArgumentException unless positive
   */
  static Duration positive(String what, Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(
          what + " must be positive, is " + duration + "; tryMap and unprepare do not wait");
    }
    return duration;
  }
}
