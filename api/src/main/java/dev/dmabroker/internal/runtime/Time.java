package dev.dmabroker.internal.runtime;

import java.time.Instant;

/**
 * Tells what time it is. The engine reads no other clock, so that a simulation can replace this
 * one. Implementations are thread-safe.
 */
public interface Time {
  /** Returns nanoseconds since some moment, as {@link System#nanoTime} counts them. */
  long nanos();

  /**
   * Returns the wall clock's time at a reading of {@link #nanos}; equal readings give equal times.
   */
  Instant instant(long nanos);

  /** Returns the machine's time. The wall clock is read once, now, so it never jumps afterwards. */
  static Time ofMachine() {
    Instant start = Instant.now();
    long startNanos = System.nanoTime();
    return new Time() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public Instant instant(long nanos) {
        return start.plusNanos(nanos - startNanos);
      }
    };
  }
}
