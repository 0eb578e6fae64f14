package dev.dmabroker.internal;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Lets a line into the log now and then: five at once, and one a minute. Thread-safe. Whoever is
 * let in says how many were not.
 */
final class LogLimit {
  static final Duration PAUSE = Duration.ofMinutes(1);
  static final int AT_ONCE = 5;

  private double allowed = AT_ONCE;
  private long refilledNanos;
  private boolean used;
  private long skipped;

  /** Empty if the line is one too many; otherwise how many were since the last that was not. */
  synchronized OptionalLong enter(long nowNanos) {
    if (used) {
      double refill = (double) (nowNanos - refilledNanos) / PAUSE.toNanos();
      allowed = Math.min(AT_ONCE, allowed + refill);
    }
    used = true;
    refilledNanos = nowNanos;
    if (allowed < 1) {
      skipped++;
      return OptionalLong.empty();
    }
    allowed--;
    long before = skipped;
    skipped = 0;
    return OptionalLong.of(before);
  }

  /** What to append to the line. */
  static String skipped(long lines) {
    return lines == 0 ? "" : " (" + lines + " such lines left out before)";
  }
}
