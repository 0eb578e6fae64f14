package dev.dmabroker.internal;

import java.time.Duration;

/** When a move that was rolled back is tried again. Used under the buffer's lock. */
final class Retries {
  private final Duration firstBackOff;
  private final int maxAttempts;
  private int attempts;
  private boolean resting;
  private boolean gaveUp;

  Retries(Duration firstBackOff, int maxAttempts) {
    this.firstBackOff = firstBackOff;
    this.maxAttempts = maxAttempts;
  }

  boolean mayStart() {
    return !resting && !gaveUp;
  }

  /** Whether the last attempt failed too; only a new wish starts over. */
  boolean gaveUp() {
    return gaveUp;
  }

  /** Counts an attempt and tells its number. */
  int begin() {
    return ++attempts;
  }

  /** Somebody new wants the move, or it was done. A rest that has begun is kept. */
  void startOver() {
    attempts = 0;
    gaveUp = false;
  }

  /**
   * An attempt failed: how long to rest.
   *
   * @return zero if that was the last
   */
  Duration failed() {
    gaveUp = attempts >= maxAttempts;
    resting = !gaveUp;
    return gaveUp ? Duration.ZERO : firstBackOff.multipliedBy(1L << Math.min(attempts - 1, 20));
  }

  void rested() {
    resting = false;
  }
}
