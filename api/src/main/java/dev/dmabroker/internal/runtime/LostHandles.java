package dev.dmabroker.internal.runtime;

import java.lang.ref.ReferenceQueue;

/**
 * Waits for handles that the garbage collector found unreachable, and tells the objects behind
 * them. One daemon thread serves all brokers.
 */
public final class LostHandles {
  /** The queue with which a {@link Lost} reference registers. */
  public static final ReferenceQueue<Object> QUEUE = new ReferenceQueue<>();

  /** Refers to a handle, and is told when the handle is lost. */
  public interface Lost {
    /**
     * Is called when the handle is unreachable and the reference was not cleared before. This must
     * not take long.
     */
    void lost();
  }

  static {
    Thread thread = new Thread(null, LostHandles::serve, "dmabroker-leaks", 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(null); // The thread outlives the application that made it.
    thread.start();
  }

  private LostHandles() {}

  private static void serve() {
    while (true) {
      try {
        if (QUEUE.remove() instanceof Lost lost) {
          Guarded.run("closing what was not closed", lost::lost);
        }
      } catch (InterruptedException e) {
        // No code means to stop this thread; it goes on.
      }
    }
  }
}
