package dev.dmabroker.internal.copy;

import dev.dmabroker.spi.HeapException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many threads a large copy is given: as many as a trial has shown to be worth it. It is
 * decided once, by the first who tries, and kept. Thread-safe; who asks while it is being decided
 * gets one thread.
 */
final class CrewSize {
  private static final int ROUNDS = 8;

  /** No further round begins once the rounds have taken that long. */
  private static final long LIMIT_NANOS = 30_000_000;

  private final int most;
  private final AtomicBoolean measuring = new AtomicBoolean();

  /** 0 until it is decided. */
  private volatile int chosen;

  /** Does the same work each time. */
  interface Trial {
    /** Nanoseconds that the work takes so many threads. */
    long nanos(int threads) throws HeapException;
  }

  /** With so many threads at most. */
  CrewSize(int most) {
    this.most = most;
    chosen = most > 1 ? 0 : 1;
  }

  /** Whether a trial is still needed. */
  boolean isUndecided() {
    return chosen == 0;
  }

  int threads() {
    return Math.max(1, chosen);
  }

  /**
   * Decides, unless that is done, or being done by another thread.
   *
   * @throws HeapException if the trial does; it stays undecided
   */
  void decide(Trial trial) throws HeapException {
    if (!measuring.compareAndSet(false, true)) {
      return;
    }
    try {
      if (isUndecided()) {
        chosen = fastest(trial);
      }
    } finally {
      measuring.set(false);
    }
  }

  /**
   * Takes each count's best time, as what disturbs a round only adds to it, and all counts in each
   * round, so that a disturbance which lasts strikes them all.
   */
  private int fastest(Trial trial) throws HeapException {
    long[] nanos = new long[most + 1];
    Arrays.fill(nanos, Long.MAX_VALUE);
    long spent = 0;
    for (int round = 0; round < ROUNDS && spent < LIMIT_NANOS; round++) {
      for (int threads = 1; threads <= most; threads++) {
        long taken = trial.nanos(threads);
        nanos[threads] = Math.min(nanos[threads], taken);
        spent += taken;
      }
    }
    int best = 1;
    for (int threads = 2; threads <= most; threads++) {
      if (isWorthIt(nanos[threads], nanos[best])) {
        best = threads;
      }
    }
    return best;
  }

  /** At least 1.2 times as fast: the pipeline needs processors, too. */
  private static boolean isWorthIt(long nanos, long nanosWithFewer) {
    return nanos <= nanosWithFewer / 6 * 5;
  }
}
