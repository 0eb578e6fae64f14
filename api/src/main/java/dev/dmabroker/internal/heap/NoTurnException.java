package dev.dmabroker.internal.heap;

import java.util.function.Consumer;

/**
 * Says that a worker did not begin something, because as many workers as may be are at it. What the
 * worker was at has to end, and may stand in line.
 */
public final class NoTurnException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient WorkerTurns turns;

  NoTurnException(String busy, WorkerTurns turns) {
    super(busy, null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
    this.turns = turns;
  }

  /**
   * Has the work run again when it is its turn, or when the broker closes.
   *
   * @param workers runs it on a worker
   * @param again does the work once more, from the beginning
   */
  public void awaitTurn(Consumer<Runnable> workers, Runnable again) {
    turns.await(workers, again);
  }
}
