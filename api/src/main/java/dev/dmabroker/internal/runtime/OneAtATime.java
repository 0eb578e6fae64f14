package dev.dmabroker.internal.runtime;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread at a time do something that calls foreign code, during which no lock may be held.
 * The others wait for as long as that takes, or until the broker closes. This class is thread-safe.
 */
public final class OneAtATime extends StateLock {
  private final Lifecycle lifecycle;
  private final Time time;
  private @Nullable Thread inside;

  public OneAtATime(Lifecycle lifecycle, Time time) {
    this.lifecycle = lifecycle;
    this.time = time;
  }

  /**
   * Does the work when no other thread is at it.
   *
   * @param intent says what the work is, for errors
   * @throws IllegalStateException if this thread is at it already: foreign code that the work calls
   *     asks for the work
   * @throws dev.dmabroker.ClosedException if the broker is closed
   * @throws dev.dmabroker.WaitInterruptedException if the thread is interrupted while it waits
   */
  public <T> T run(String intent, Supplier<T> work) {
    enter(intent);
    try {
      return work.get();
    } finally {
      synchronized (this) {
        inside = null; // There may be no stack for a call.
        try {
          signal();
        } catch (VirtualMachineError e) {
          signal();
        }
      }
    }
  }

  private synchronized void enter(String intent) {
    if (inside == Thread.currentThread()) {
      throw new IllegalStateException(
          "cannot "
              + intent
              + " within that: a heap provider or a probe asked for it; return first");
    }
    try {
      boolean unused =
          await(
              () -> inside == null || lifecycle.isClosed(),
              Durations.nanos(Durations.LONGEST),
              time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Exceptions.waitInterrupted("interrupted while waiting to " + intent, e);
    }
    lifecycle.checkOpen(intent);
    inside = Thread.currentThread();
  }

  /** Has those that wait see that the broker is closed. */
  public synchronized void wake() {
    signal();
  }
}
