package dev.dmabroker.internal.runtime;

import java.lang.System.Logger.Level;

/**
 * Runs code that is not the engine's own, and code after which the caller has to go on whatever is
 * thrown.
 */
public final class Guarded {
  private Guarded() {}

  /**
   * Runs the code. A throwable that the code throws is logged and goes no further.
   *
   * @param what names the code in the log
   */
  public static void run(String what, Runnable code) {
    try {
      code.run();
    } catch (Throwable t) {
      EngineLog.LOG.log(Level.WARNING, what + " threw", t);
    }
  }
}
