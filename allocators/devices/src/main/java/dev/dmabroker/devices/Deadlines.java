package dev.dmabroker.devices;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Makes deadlines of timeouts. */
final class Deadlines {
  /** Half of what a long counts, 146 years, so that the time that is left can be computed with. */
  private static final long LONGEST_NANOS = Long.MAX_VALUE / 2;

  private Deadlines() {}

  /** Returns when the timeout is over, as {@link System#nanoTime} counts. */
  static long after(Duration timeout) {
    return System.nanoTime() + Math.min(TimeUnit.NANOSECONDS.convert(timeout), LONGEST_NANOS);
  }
}
