package dev.dmabroker.internal.runtime;

/**
 * The calling thread as the engine remembers it: an object that is compared by identity and can be
 * named. Outside this room no class knows that it is a thread.
 */
public final class Caller {
  private Caller() {}

  /** The calling thread. */
  public static Object current() {
    return Thread.currentThread();
  }

  /** The name of a thread that {@link #current} gave earlier. */
  public static String name(Object caller) {
    return ((Thread) caller).getName();
  }

  /** Interrupts the calling thread, on behalf of an interrupt that was caught. */
  public static void interrupt() {
    Thread.currentThread().interrupt();
  }
}
