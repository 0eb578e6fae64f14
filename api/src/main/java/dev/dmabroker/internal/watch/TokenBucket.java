package dev.dmabroker.internal.watch;

/**
 * How often something may be done: it takes a token, of which some come each second, and so many
 * are kept. Full at first. Not thread-safe.
 */
public final class TokenBucket {
  private double tokens = Double.POSITIVE_INFINITY; // Full, however many it is to keep.
  private long filledNanos;

  /**
   * Takes a token, if there is one.
   *
   * @param perSecond how many come, since the last call
   * @param kept how many are kept, at least 1
   * @param nowNanos the time; never before that of the last call
   */
  public boolean take(double perSecond, double kept, long nowNanos) {
    tokens = Math.min(kept, tokens + (nowNanos - filledNanos) * 1e-9 * perSecond);
    filledNanos = nowNanos;
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }
}
