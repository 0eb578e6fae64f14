package dev.dmabroker.internal.copy;

import dev.dmabroker.spi.HeapException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Decides how many threads a large copy is given: as many as a trial has shown to be worth it. The
 * number is decided once, by the first thread that tries, and kept. This class is thread-safe; a
 * thread that asks while the number is being decided gets one thread.
 */
final class CrewSize {
  private static final int ROUNDS = 8;

  /** No further round begins once the rounds have taken this long. */
  private static final long LIMIT_NANOS = 30_000_000;

  private final int most;
  private final AtomicBoolean measuring = new AtomicBoolean();

  /** The number of threads; 0 until it is decided. */
  private volatile int chosen;

  /** Does a piece of work that is equal each time. */
  interface Trial {
    /** Does the work with that number of threads, and returns the nanoseconds that it takes. */
    long nanos(int threads) throws HeapException;
  }

  /**
   * Decides among one thread to {@code most} threads; there is nothing to decide if that is one.
   */
  CrewSize(int most) {
    this.most = most;
    chosen = most > 1 ? 0 : 1;
  }

  /** Tells whether a trial is still needed. */
  boolean isUndecided() {
    return chosen == 0;
  }

  /** Returns the number of threads to use; 1 while it is undecided. */
  int threads() {
    return Math.max(1, chosen);
  }

  /**
   * Decides, unless the number is decided, or another thread is deciding it.
   *
   * @throws HeapException if the trial throws it; the number stays undecided
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
   * Compares the best time of each number of threads, as what disturbs a round only adds to its
   * time. Each round tries all numbers, so that a disturbance which lasts strikes them all.
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

  /**
   * Tells whether more threads are at least 1.2 times as fast: the pipeline needs processors, too.
   */
  private static boolean isWorthIt(long nanos, long nanosWithFewer) {
    return nanos <= nanosWithFewer / 6 * 5;
  }
}
