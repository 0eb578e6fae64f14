package dev.dmabroker.internal.runtime;

import dev.dmabroker.ClosedException;
import java.util.function.Supplier;

/**
 * Whether the broker is open. Whatever a broker is made to hold, a device, a buffer or a stream, is
 * added under this lock while the broker is open, so that closing it misses none. Thread-safe.
 */
public final class Lifecycle extends StateLock {
  private volatile boolean closed;

  /**
   * Refuses what needs an open broker.
   *
   * @throws ClosedException if it is closed
   */
  public void checkOpen(String intent) {
    if (closed) {
      throw Exceptions.closed("cannot " + intent + ": the broker is closed");
    }
  }

  /**
   * Adds something to the broker.
   *
   * @throws ClosedException if it is closed
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

  /** Closes the broker: false if it was closed before. */
  public synchronized boolean close() {
    boolean first = !closed;
    closed = true;
    return first;
  }
}
