package dev.dmabroker.internal.runtime;

import java.time.Instant;

/** What time it is. The engine reads no other clock. Thread-safe. */
public interface Time {
  /** Nanoseconds since some moment, as {@link System#nanoTime} counts them. */
  long nanos();

  /** The wall clock's time at a reading of {@link #nanos}; equal for equal readings. */
  Instant instant(long nanos);

  /** The machine's time, whose wall clock is read once, now. */
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
