package dev.dmabroker.internal.runtime;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The lock over the state of one buffer, stream or broker. It is held for bookkeeping only: what a
 * change of state entails is collected meanwhile and done after it is released ({@link AfterLock}).
 * A method that only looks synchronizes on the lock itself.
 */
public class StateLock {

  /** Changes state under the lock, and afterwards does what that entails. */
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

  /** {@link #locked} for a change that has no result. */
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
   * {@link #change} for the timer's and the poller's thread, which have other deadlines to keep:
   * heaps and listeners, which take their time, are left to a worker.
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
   * Blocks until the condition holds, which is looked at under the lock, now and after each {@link
   * #signal}.
   *
   * @return false if it did not hold by then
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

  /** Something changed that {@link #await} may wait for. Under the lock. */
  public final void signal() {
    notifyAll();
  }
}
