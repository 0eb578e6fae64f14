package dev.dmabroker.internal.runtime;

/**
 * A thread that may ask for a caller elsewhere, which does nothing until it has the answer: a wait
 * of this thread counts as one of that caller, so a wait of the caller for itself is found.
 */
public class ProxyThread extends Thread {
  /** This thread itself, or the caller that it asks for. Only this thread uses it. */
  private Object caller = this;

  /** Makes a thread that asks for itself. */
  protected ProxyThread(Runnable task, String name) {
    super(task, name);
  }

  /** Returns the caller that this thread asks for. */
  Object caller() {
    return caller;
  }

  /**
   * Makes a call for a caller elsewhere, in the calling thread.
   *
   * @param caller stands for the caller: compared by identity, with a name as its text
   * @throws IllegalStateException if the calling thread is none that may do so
   */
  public static void askFor(Object caller, Runnable call) {
    if (!(Thread.currentThread() instanceof ProxyThread proxy)) {
      throw new IllegalStateException(Thread.currentThread().getName() + " asks for itself only");
    }
    Object before = proxy.caller;
    proxy.caller = caller;
    try {
      call.run();
    } finally {
      proxy.caller = before;
    }
  }
}
