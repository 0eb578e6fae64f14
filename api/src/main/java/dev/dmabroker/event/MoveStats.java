package dev.dmabroker.event;

import java.time.Duration;

/**
 * Counts and times of the moves of one buffer. Immutable. Not for implementation outside the
 * broker.
 */
public interface MoveStats {

  /** How many moves were completed. */
  long done();

  /** How many attempts failed. */
  long rolledBack();

  /** How many attempts have failed at the move that is wanted now. */
  int attempts();

  /** How many attempts a move may take. */
  int maxAttempts();

  /**
   * How long the move that is wanted now rests between its last attempt and the next; zero if there
   * is no next attempt.
   */
  Duration backOff();

  /** The bytes that all moves copied. */
  long copiedBytes();

  /** The longest time for which a move has stalled maps. */
  Duration longestStall();

  /** The longest part of a stall that was spent waiting for mappings and fences. */
  Duration longestDrain();
}
