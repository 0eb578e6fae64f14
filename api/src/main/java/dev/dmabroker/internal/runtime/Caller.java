package dev.dmabroker.internal.runtime;

/**
 * Stands for the calling thread as the engine remembers it: an object that is compared by identity
 * and can be named. Outside this room no class knows that it is a thread.
 */
public final class Caller {
  private Caller() {}

  /** Returns the object that stands for the calling thread. */
  public static Object current() {
    return Thread.currentThread();
  }

  /** Returns the name of a thread that {@link #current} returned earlier. */
  public static String name(Object caller) {
    return ((Thread) caller).getName();
  }

  /** Interrupts the calling thread, on behalf of an interrupt that was caught. */
  public static void interrupt() {
    Thread.currentThread().interrupt();
  }
}
