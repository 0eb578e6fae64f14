package dev.dmabroker.internal;

import java.lang.System.Logger.Level;

/** Runs code that is not the engine's own, or whose caller has to go on whatever it throws. */
final class Guarded {
  private Guarded() {}

  /**
   * Runs the code. What it throws is logged and goes no further.
   *
   * @param what names the code in the log
   */
  static void run(String what, Runnable code) {
    try {
      code.run();
    } catch (Throwable t) {
      EngineLog.LOG.log(Level.WARNING, what + " threw", t);
    }
  }
}
