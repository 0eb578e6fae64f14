package dev.dmabroker.internal.allocation;

import dev.dmabroker.internal.watch.TokenBucket;
import dev.dmabroker.spi.RebalancePolicy.Choice;

/** Limits how many buffers, and how many bytes, a policy moves in a second. Not thread-safe. */
final class MoveRate {
  private final TokenBucket moves = new TokenBucket();
  private final TokenBucket bytes = new TokenBucket();

  /** Takes a move of that size out of what the choice allows, if it allows it now. */
  boolean take(long sizeBytes, Choice choice, long nowNanos) {
    double amount = (double) sizeBytes;
    double perSecond = choice.movesPerSecond();
    double bytesPerSecond = choice.bytesPerSecond();
    if (!moves.has(1, perSecond, Math.max(1, perSecond), nowNanos)
        || !bytes.has(amount, bytesPerSecond, bytesPerSecond, nowNanos)) {
      return false;
    }
    moves.take(1);
    bytes.take(amount);
    return true;
  }
}
