package dev.dmabroker.internal.watch;

import dev.dmabroker.MoveFailedException;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Time;
import java.lang.System.Logger.Level;

/** Logs moves that were rolled back. Moves that are tried again are logged for debugging only. */
public final class MoveLog {
  private final LogLines givenUp;

  public MoveLog(Time time) {
    this.givenUp = new LogLines(time);
  }

  /**
   * Logs one failure.
   *
   * @param gaveUp whether the move is not tried again
   */
  public void rolledBack(MoveFailedException failure, boolean gaveUp) {
    if (!gaveUp) {
      EngineLog.LOG.log(Level.DEBUG, failure::getMessage);
      return;
    }
    givenUp.warn(() -> failure.getMessage() + "; given up", null);
  }
}
