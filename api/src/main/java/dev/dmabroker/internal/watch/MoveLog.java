package dev.dmabroker.internal.watch;

import dev.dmabroker.MoveFailedException;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Time;
import java.lang.System.Logger.Level;
import java.util.OptionalLong;

/** Logs moves that were rolled back. Moves that are tried again are logged for debugging only. */
public final class MoveLog {
  private final Time time;
  private final LogLimit limit = new LogLimit();

  public MoveLog(Time time) {
    this.time = time;
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
    OptionalLong skipped = limit.enter(time.nanos());
    if (skipped.isPresent()) {
      EngineLog.LOG.log(
          Level.WARNING,
          () -> failure.getMessage() + "; given up" + LogLimit.skipped(skipped.getAsLong()));
    }
  }
}
