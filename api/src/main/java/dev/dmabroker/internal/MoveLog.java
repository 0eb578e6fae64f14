package dev.dmabroker.internal;

import dev.dmabroker.Broker;
import dev.dmabroker.MoveFailedException;
import java.lang.System.Logger.Level;
import java.util.OptionalLong;

/** Logs moves that were rolled back. Those that are tried again are for who looks closely. */
final class MoveLog {
  private static final System.Logger LOG = System.getLogger(Broker.class.getName());

  private final LogLimit limit = new LogLimit();

  void rolledBack(MoveFailedException failure, boolean gaveUp) {
    if (!gaveUp) {
      LOG.log(Level.DEBUG, failure::getMessage);
      return;
    }
    OptionalLong skipped = limit.enter(System.nanoTime());
    if (skipped.isPresent()) {
      LOG.log(
          Level.WARNING,
          () -> failure.getMessage() + "; given up" + LogLimit.skipped(skipped.getAsLong()));
    }
  }
}
