package dev.dmabroker.internal.watch;

/**
 * Limits how often something may be done. Doing it takes a token; some tokens come each second, and
 * a limited number is kept. The bucket is full at first. This class is not thread-safe.
 */
public final class TokenBucket {
  private double tokens = Double.POSITIVE_INFINITY; // It is full, however many it is to keep.
  private long filledNanos;

  /**
   * Takes a token, if there is one.
   *
   * @param perSecond how many tokens have come each second since the last call
   * @param kept how many tokens are kept, at least 1
   * @param nowNanos the time; it is never before that of the last call
   */
  public boolean take(double perSecond, double kept, long nowNanos) {
    if (!has(1, perSecond, kept, nowNanos)) {
      return false;
    }
    take(1);
    return true;
  }

  /**
   * Tells whether there are so many tokens, or the bucket is full.
   *
   * @param amount how many tokens are wanted
   * @param perSecond how many tokens have come each second since the last call
   * @param kept how many tokens are kept
   * @param nowNanos the time; it is never before that of the last call
   */
  public boolean has(double amount, double perSecond, double kept, long nowNanos) {
    tokens = Math.min(kept, tokens + (nowNanos - filledNanos) * 1e-9 * perSecond);
    filledNanos = nowNanos;
    return tokens >= Math.min(amount, kept);
  }

  /** Takes tokens. If there are fewer, the rest is owed, and what comes next pays for it. */
  public void take(double amount) {
    tokens -= amount;
  }

  /**
   * Takes a token for what has been done already, even if there is none: then one more has to come
   * before there is one again. At most as many are owed as are kept. The parameters are those of
   * {@link #take(double, double, long)}.
   */
  public void owe(double perSecond, double kept, long nowNanos) {
    boolean unused = has(1, perSecond, kept, nowNanos);
    tokens = Math.max(tokens - 1, -kept);
  }
}
