package dev.dmabroker.internal.runtime;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Checks and bounds the durations that applications give. A {@link Duration} may be longer than a
 * long has nanoseconds for, and then {@link Duration#toNanos} throws. So each duration is bounded
 * where the engine takes it over, and what the engine computes with, prints and tells to observers
 * is never longer than {@link #LONGEST}.
 */
public final class Durations {
  /**
   * The longest time that the engine knows, 146 years. It is half of what a long has nanoseconds
   * for, so that a moment that long ago or ahead can still be compared with any other.
   */
  public static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

  private Durations() {}

  /** Returns the duration, or {@link #LONGEST} if it is longer. */
  public static Duration bounded(Duration duration) {
    return duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
  }

  /** Returns the duration in nanoseconds, no more than {@link #LONGEST} has. */
  public static long nanos(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(bounded(duration));
  }

  /**
   * Checks a timeout, and bounds it.
   *
   * @throws IllegalArgumentException unless the timeout is positive
   */
  public static Duration timeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "the timeout must be positive, is " + timeout + "; tryMap and tryEvacuate do not wait");
    }
    return bounded(timeout);
  }
}
