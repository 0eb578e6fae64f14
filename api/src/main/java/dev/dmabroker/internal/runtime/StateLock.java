package dev.dmabroker.internal.runtime;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Locks the state of one buffer, stream or broker. The lock is held for bookkeeping only: what a
 * change of state entails is collected meanwhile and done after the lock is released ({@link
 * AfterLock}). A method that only looks at the state synchronizes on this object itself.
 */
public class StateLock {

  /** Changes state under the lock, and afterwards does what the change entails. */
  public final <T extends @Nullable Object> T locked(Function<AfterLock, T> change) {
    AfterLock after = new AfterLock();
    try {
      synchronized (this) {
        return change.apply(after);
      }
    } finally {
      after.run();
    }
  }

  /** Does what {@link #locked} does, for a change that has no result. */
  public final void change(Consumer<AfterLock> change) {
    AfterLock after = new AfterLock();
    try {
      synchronized (this) {
        change.accept(after);
      }
    } finally {
      after.run();
    }
  }

  /**
   * Does what {@link #change} does, for the threads of the timer and the poller. They have other
   * deadlines to keep, so heaps and listeners, which take their time, are left to a worker.
   */
  public final void changeOnTime(Workers workers, Consumer<AfterLock> change) {
    AfterLock after = new AfterLock();
    try {
      synchronized (this) {
        change.accept(after);
      }
    } finally {
      after.runOnTime(workers);
    }
  }

  /**
   * Blocks until the condition holds. The condition is looked at under the lock, now and after each
   * {@link #signal}.
   *
   * @return false if the condition did not hold within {@code nanos}
   */
  public final boolean await(BooleanSupplier condition, long nanos, Time time)
      throws InterruptedException {
    long deadline = time.nanos() + nanos;
    synchronized (this) {
      while (!condition.getAsBoolean()) {
        long left = deadline - time.nanos();
        if (left <= 0) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
      return true;
    }
  }

  /** Tells {@link #await} that something has changed. The caller holds the lock. */
  public final void signal() {
    notifyAll();
  }
}
