package dev.dmabroker.internal.move;

import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Durations;
import java.time.Duration;

/** Decides when a move that was rolled back is tried again. Used under the buffer's lock. */
public final class Retries {
  private final Duration firstBackOff;
  private final int maxAttempts;
  private int attempts;
  private boolean resting;
  private boolean gaveUp;

  /** Makes the retries of one buffer; each rest is twice as long as the one before. */
  public Retries(Duration firstBackOff, int maxAttempts) {
    this.firstBackOff = firstBackOff;
    this.maxAttempts = maxAttempts;
  }

  /** Has a change that throws put back what is known of the attempts. */
  public void keep(AfterLock after) {
    int attempts = this.attempts;
    boolean resting = this.resting;
    boolean gaveUp = this.gaveUp;
    after.undo(
        () -> {
          this.attempts = attempts;
          this.resting = resting;
          this.gaveUp = gaveUp;
        });
  }

  /** Whether a move may start: the buffer neither rests nor has given up. */
  public boolean mayStart() {
    return !resting && !gaveUp;
  }

  /** Whether the last attempt failed too. Only a new wish for the move starts over. */
  public boolean gaveUp() {
    return gaveUp;
  }

  /** Counts an attempt and tells its number. */
  public int begin() {
    return ++attempts;
  }

  /** A new request wants the move, or the move was done. A rest that has begun is kept. */
  public void startOver() {
    attempts = 0;
    gaveUp = false;
  }

  /**
   * Notes that an attempt failed, and tells how long to rest.
   *
   * @return zero if that was the last attempt
   */
  public Duration failed() {
    gaveUp = attempts >= maxAttempts;
    resting = !gaveUp;
    // The first is bounded, so that twenty times its double is no duration too long for its class.
    return gaveUp
        ? Duration.ZERO
        : Durations.bounded(firstBackOff.multipliedBy(1L << Math.min(attempts - 1, 20)));
  }

  /** The rest is over, so that a move may start. */
  public void rested() {
    resting = false;
  }
}
