package dev.dmabroker.internal;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a change of state entails, collected under a buffer's or stream's lock and done after it is
 * released: no heap, listener or other foreign code ever runs under a lock. The pipeline goes on
 * first.
 */
final class AfterLock {
  private static final int FEW = 3;

  // Most changes entail nothing.
  private @Nullable ArrayDeque<Runnable> wakeUps;
  private @Nullable ArrayDeque<Runnable> rest;

  /** Changes state under the lock, and does after it what that entails. */
  static <T extends @Nullable Object> T under(Object lock, Function<AfterLock, T> change) {
    AfterLock after = new AfterLock();
    try {
      synchronized (lock) {
        return change.apply(after);
      }
    } finally {
      after.run();
    }
  }

  /**
   * The same for the timer or the poller, whose threads have other deadlines to keep: heaps and
   * listeners, which take their time, are left to a worker.
   */
  static void onTime(Object lock, BrokerEngine engine, Consumer<AfterLock> change) {
    AfterLock after = new AfterLock();
    try {
      synchronized (lock) {
        change.accept(after);
      }
    } finally {
      after.runWakeUps();
      after.handRest(engine);
    }
  }

  /** Lets somebody who waits go on. */
  void wake(Runnable effect) {
    if (wakeUps == null) {
      wakeUps = new ArrayDeque<>(FEW);
    }
    wakeUps.add(effect);
  }

  /** Gives memory back, tells listeners, starts work. */
  void then(Runnable effect) {
    if (rest == null) {
      rest = new ArrayDeque<>(FEW);
    }
    rest.add(effect);
  }

  void run() {
    runWakeUps();
    runAll(rest);
  }

  private void runWakeUps() {
    runAll(wakeUps);
  }

  /** Leaves the rest to a worker. */
  private void handRest(BrokerEngine engine) {
    ArrayDeque<Runnable> left = rest;
    if (left != null) {
      engine.execute(() -> runAll(left));
    }
  }

  private static void runAll(@Nullable ArrayDeque<Runnable> after) {
    if (after == null) {
      return;
    }
    for (Runnable effect; (effect = after.poll()) != null; ) {
      Listeners.guarded("an effect", effect);
    }
  }
}
