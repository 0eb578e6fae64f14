package dev.dmabroker.event;

import java.time.Duration;

/**
 * What became of a buffer's moves.
 *
 * @param done moves that were made
 * @param rolledBack attempts that failed
 * @param attempts failed attempts at the move that is wanted now
 * @param maxAttempts how many there may be
 * @param backOff how long the move that is wanted now rests between its last attempt and the next;
 *     zero if none is to come
 * @param copiedBytes bytes copied by all
 * @param longestStall the longest that one has stalled maps
 * @param longestDrain the longest part of a stall that was spent waiting for mappings and fences
 */
public record MoveStats(
    long done,
    long rolledBack,
    int attempts,
    int maxAttempts,
    Duration backOff,
    long copiedBytes,
    Duration longestStall,
    Duration longestDrain) {

  /**
   * Nothing yet.
   *
   * @param maxAttempts of a move
   */
  public static MoveStats none(int maxAttempts) {
    return new MoveStats(0, 0, 0, maxAttempts, Duration.ZERO, 0, Duration.ZERO, Duration.ZERO);
  }

  /** With one more. */
  public MoveStats with(BufferMove move) {
    boolean failed = move.failure().isPresent();
    return new MoveStats(
        done + (failed ? 0 : 1),
        rolledBack + (failed ? 1 : 0),
        failed ? move.attempt() : 0,
        maxAttempts,
        move.backOff(),
        copiedBytes + move.copiedBytes(),
        longer(longestStall, move.stall()),
        longer(longestDrain, move.drain()));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }
}
