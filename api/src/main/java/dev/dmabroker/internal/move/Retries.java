package dev.dmabroker.internal.move;

import java.time.Duration;

/** When a move that was rolled back is tried again. Used under the buffer's lock. */
public final class Retries {
  private final Duration firstBackOff;
  private final int maxAttempts;
  private int attempts;
  private boolean resting;
  private boolean gaveUp;

  public Retries(Duration firstBackOff, int maxAttempts) {
    this.firstBackOff = firstBackOff;
    this.maxAttempts = maxAttempts;
  }

  public boolean mayStart() {
    return !resting && !gaveUp;
  }

  /** Whether the last attempt failed too; only a new wish starts over. */
  public boolean gaveUp() {
    return gaveUp;
  }

  /** Counts an attempt and tells its number. */
  public int begin() {
    return ++attempts;
  }

  /** Somebody new wants the move, or it was done. A rest that has begun is kept. */
  public void startOver() {
    attempts = 0;
    gaveUp = false;
  }

  /**
   * An attempt failed: how long to rest.
   *
   * @return zero if that was the last
   */
  public Duration failed() {
    gaveUp = attempts >= maxAttempts;
    resting = !gaveUp;
    return gaveUp ? Duration.ZERO : firstBackOff.multipliedBy(1L << Math.min(attempts - 1, 20));
  }

  public void rested() {
    resting = false;
  }
}
