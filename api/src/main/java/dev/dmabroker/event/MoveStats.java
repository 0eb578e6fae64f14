package dev.dmabroker.event;

import java.time.Duration;

/**
 * Counts and times of the moves of one buffer. Immutable. Not for implementation outside the
 * broker.
 */
public interface MoveStats {

  /** {@return how many moves were completed} */
  long done();

  /** {@return how many attempts failed} */
  long rolledBack();

  /** {@return how many attempts have failed at the move that is wanted now} */
  int attempts();

  /** {@return how many attempts a move may take} */
  int maxAttempts();

  /**
   * {@return how long the move that is wanted now rests between its last attempt and the next; zero
   * if there is no next attempt}
   */
  Duration backOff();

  /** {@return the bytes that all moves copied} */
  long copiedBytes();

  /** {@return the longest time for which a move has stalled maps} */
  Duration longestStall();

  /** {@return the longest part of a stall that was spent waiting for mappings and fences} */
  Duration longestDrain();
}
