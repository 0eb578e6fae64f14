package dev.dmabroker.internal.runtime;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a change of state entails under a {@link StateLock}, and does it after the lock is
 * released: no heap, listener or other foreign code ever runs under a lock. Threads that wait are
 * woken first, so that the pipeline goes on before the rest is done. An effect that throws is
 * logged, and the remaining effects are done nevertheless.
 */
public final class AfterLock {
  private static final int FEW = 3;

  // Both stay null in most changes, which entail nothing.
  private @Nullable ArrayDeque<Runnable> wakeUps;
  private @Nullable ArrayDeque<Runnable> rest;

  /** Adds an effect that lets a waiting thread go on. */
  public void wake(Runnable effect) {
    if (wakeUps == null) {
      wakeUps = new ArrayDeque<>(FEW);
    }
    wakeUps.add(effect);
  }

  /** Adds an effect that gives memory back, tells listeners or starts work. */
  public void then(Runnable effect) {
    if (rest == null) {
      rest = new ArrayDeque<>(FEW);
    }
    rest.add(effect);
  }

  /** Does all effects in the calling thread. */
  public void run() {
    runAll(wakeUps);
    runAll(rest);
  }

  /** Wakes threads in the calling thread, and leaves the other effects to a worker. */
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
