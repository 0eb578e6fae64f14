package dev.dmabroker.internal.runtime;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What a change of state entails, collected under a {@link StateLock} and done after it is
 * released: no heap, listener or other foreign code ever runs under a lock. Threads that wait are
 * woken first, so that the pipeline goes on before the rest is done. What throws is logged, and the
 * remainder is done all the same.
 */
public final class AfterLock {
  private static final int FEW = 3;

  // Most changes entail nothing.
  private @Nullable ArrayDeque<Runnable> wakeUps;
  private @Nullable ArrayDeque<Runnable> rest;

  /** Lets a thread that waits go on. */
  public void wake(Runnable effect) {
    if (wakeUps == null) {
      wakeUps = new ArrayDeque<>(FEW);
    }
    wakeUps.add(effect);
  }

  /** Gives memory back, tells listeners, starts work. */
  public void then(Runnable effect) {
    if (rest == null) {
      rest = new ArrayDeque<>(FEW);
    }
    rest.add(effect);
  }

  /** Does all of it in the calling thread. */
  public void run() {
    runAll(wakeUps);
    runAll(rest);
  }

  /** Wakes threads in the calling thread, and leaves the rest to a worker. */
  void runOnTime(Workers workers) {
    runAll(wakeUps);
    ArrayDeque<Runnable> left = rest;
    if (left != null) {
      workers.execute(() -> runAll(left));
    }
  }

  private static void runAll(@Nullable ArrayDeque<Runnable> effects) {
    if (effects == null) {
      return;
    }
    for (Runnable effect; (effect = effects.poll()) != null; ) {
      Guarded.run("an effect", effect);
    }
  }
}
