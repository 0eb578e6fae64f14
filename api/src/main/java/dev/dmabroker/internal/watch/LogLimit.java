package dev.dmabroker.internal.watch;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Lets a line into the log now and then: five at once, and one a minute. Thread-safe. Whoever is
 * let in says how many were not.
 */
final class LogLimit {
  static final Duration PAUSE = Duration.ofMinutes(1);
  public static final int AT_ONCE = 5;

  private final TokenBucket lines = new TokenBucket();
  private long skipped;

  /** Empty if the line is one too many; otherwise how many were since the last that was not. */
  synchronized OptionalLong enter(long nowNanos) {
    if (!lines.take(1.0 / PAUSE.toSeconds(), AT_ONCE, nowNanos)) {
      skipped++;
      return OptionalLong.empty();
    }
    long before = skipped;
    skipped = 0;
    return OptionalLong.of(before);
  }

  /** What to append to the line. */
  static String skipped(long lines) {
    return lines == 0 ? "" : " (" + lines + " such lines left out before)";
  }
}
