package dev.dmabroker.event;

import java.time.Duration;

/** What became of a buffer's moves. Not for implementation outside the broker. */
public interface MoveStats {

  /** Moves that were made. */
  long done();

  /** Attempts that failed. */
  long rolledBack();

  /** Failed attempts at the move that is wanted now. */
  int attempts();

  /** How many attempts a move may take. */
  int maxAttempts();

  /**
   * How long the move that is wanted now rests between its last attempt and the next; zero if none
   * is to come.
   */
  Duration backOff();

  /** The bytes that all moves copied. */
  long copiedBytes();

  /** The longest time for which a move has stalled maps. */
  Duration longestStall();

  /** The longest part of a stall that was spent waiting for mappings and fences. */
  Duration longestDrain();
}
