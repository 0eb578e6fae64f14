package dev.dmabroker.samples.replay;

import java.util.concurrent.TimeUnit;

/**
 * What things take while a trace is played, as its time is only counted. All else takes no time. So
 * what a playing gives follows from the trace, its costs and the heuristic alone.
 *
 * @param copyNanos a copy, for each MiB, between memory that is there
 * @param allocateNanos an allocation, for each MiB, with its pages
 * @param drainNanos from the moment at which the last holder leaves until the copy begins; it is
 *     counted at each copy
 */
record Costs(long copyNanos, long allocateNanos, long drainNanos) {
  /**
   * With a picture of 12.4 MB on a virtual machine with two cores a copy took 0.3 ms, and an
   * allocation 6.1 ms. The drain is an estimate: two threads are woken one after the other.
   */
  static final Costs USUAL = new Costs(25_000, 516_000, 20_000);

  private static final double MEBIBYTE = 1 << 20;

  /** Returns the smallest of the three. */
  long least() {
    return Math.min(copyNanos, Math.min(allocateNanos, drainNanos));
  }

  /** Returns what the copy of a buffer takes, in nanoseconds. */
  long ofCopy(long bytes) {
    return drainNanos + Math.round(copyNanos * (bytes / MEBIBYTE));
  }

  /** Returns what the allocation of a buffer takes, in nanoseconds. */
  long ofAllocation(long bytes) {
    return Math.round(allocateNanos * (bytes / MEBIBYTE));
  }

  /** The line of a trace's head. */
  String text() {
    return "costs copy %d allocate %d drain %d".formatted(copyNanos, allocateNanos, drainNanos);
  }

  /** For a person to read. */
  String summary() {
    double micros = TimeUnit.MICROSECONDS.toNanos(1);
    return "a copy takes %.0f us/MiB, an allocation %.0f us/MiB, a drain %.0f us"
        .formatted(copyNanos / micros, allocateNanos / micros, drainNanos / micros);
  }
}
