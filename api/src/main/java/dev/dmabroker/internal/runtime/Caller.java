package dev.dmabroker.internal.runtime;

/**
 * Stands for the calling thread as the engine remembers it: an object that is compared by identity
 * and can be named. Outside this room no class knows that it is a thread. Callers in other
 * processes are remembered as objects of other classes.
 */
public final class Caller {
  private Caller() {}

  /** Returns the object that stands for the calling thread. */
  public static Object current() {
    return Thread.currentThread();
  }

  /**
   * Returns the caller that the calling thread asks for: itself, unless it {@linkplain ProxyThread
   * asks for a caller elsewhere}.
   */
  public static Object asking() {
    return Thread.currentThread() instanceof ProxyThread proxy ? proxy.caller() : current();
  }

  /** Returns the name of a caller: a thread's, or the text of what stands for one elsewhere. */
  public static String name(Object caller) {
    return caller instanceof Thread thread ? thread.getName() : caller.toString();
  }

  /** Interrupts the calling thread, on behalf of an interrupt that was caught. */
  public static void interrupt() {
    Thread.currentThread().interrupt();
  }
}
