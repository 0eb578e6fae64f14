package dev.dmabroker.internal.runtime;

import java.lang.System.Logger.Level;

/**
 * Runs code that is not the engine's own, and code after which the caller has to go on whatever is
 * thrown.
 */
public final class Guarded {
  private static final int TRIES = 3;

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

  /**
   * Does what {@link #run} does, and begins again if there was no stack or memory for the code. So
   * the code has to begin with a look at what is done already.
   */
  public static void insist(String what, Runnable code) {
    for (int tries = 1; tries < TRIES; tries++) {
      try {
        code.run();
        return;
      } catch (VirtualMachineError e) {
        EngineLog.LOG.log(Level.DEBUG, what + " begins again", e);
      } catch (Throwable t) {
        EngineLog.LOG.log(Level.WARNING, what + " threw", t);
        return;
      }
    }
    run(what, code);
  }
}
