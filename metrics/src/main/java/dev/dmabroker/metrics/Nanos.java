package dev.dmabroker.metrics;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Converts durations for observers. A duration that is longer than a long has nanoseconds for
 * counts as the longest one, 292 years: one value that cannot be told must not keep an observer
 * from the others.
 */
final class Nanos {
  private Nanos() {}

  /** Returns the duration in nanoseconds. */
  static long of(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(duration);
  }

  /** Returns the duration in milliseconds. */
  static long inMillis(Duration duration) {
    return TimeUnit.MILLISECONDS.convert(duration);
  }
}
