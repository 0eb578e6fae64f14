package dev.dmabroker.internal.watch;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Lets a line into the log now and then: five lines at once, and one a minute. The line that is let
 * in says how many lines were not. This class is thread-safe.
 */
final class LogLimit {
  static final Duration PAUSE = Duration.ofMinutes(1);
  public static final int AT_ONCE = 5;

  private final TokenBucket lines = new TokenBucket();
  private long skipped;

  /**
   * Asks for a line. The result is empty if the line is one too many; otherwise it is the number of
   * lines that were left out since the last line.
   */
  synchronized OptionalLong enter(long nowNanos) {
    if (!lines.take(1.0 / PAUSE.toSeconds(), AT_ONCE, nowNanos)) {
      skipped++;
      return OptionalLong.empty();
    }
    long before = skipped;
    skipped = 0;
    return OptionalLong.of(before);
  }

  /** Returns what to append to the line. */
  static String skipped(long lines) {
    return lines == 0 ? "" : " (" + lines + " such lines left out before)";
  }
}
