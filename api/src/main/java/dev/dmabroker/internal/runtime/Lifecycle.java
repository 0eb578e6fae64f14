package dev.dmabroker.internal.runtime;

import dev.dmabroker.ClosedException;
import java.util.function.Supplier;

/**
 * Tells whether the broker is open. A device, a buffer or a stream is added to the broker under
 * this lock while the broker is open, so that closing the broker misses none of them. This class is
 * thread-safe.
 */
public final class Lifecycle extends StateLock {
  private volatile boolean closed;

  /**
   * Refuses an operation that needs an open broker.
   *
   * @throws ClosedException if the broker is closed
   */
  public void checkOpen(String intent) {
    if (closed) {
      throw Exceptions.closed("cannot " + intent + ": the broker is closed");
    }
  }

  /**
   * Adds something to the broker, under this lock.
   *
   * @throws ClosedException if the broker is closed
   */
  public <T> T whileOpen(String intent, Supplier<T> add) {
    synchronized (this) {
      checkOpen(intent);
      return add.get();
    }
  }

  public boolean isClosed() {
    return closed;
  }

  /** Closes the broker. Returns false if it was closed before. */
  public synchronized boolean close() {
    boolean first = !closed;
    closed = true;
    return first;
  }
}
