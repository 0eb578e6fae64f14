package dev.dmabroker.internal.runtime;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a change of state entails under a {@link StateLock}, and does it after the lock is
 * released: no heap, listener or other foreign code ever runs under a lock. Threads that wait are
 * woken first, so that the pipeline goes on before the rest is done; memory is given back last,
 * because a heap may take its time. An effect that throws is logged, and the remaining effects are
 * done nevertheless.
 */
public final class AfterLock {
  private static final int FEW = 3;

  // These stay null in most changes, which entail nothing.
  private @Nullable ArrayDeque<Runnable> wakeUps;
  private @Nullable ArrayDeque<Runnable> rest;
  private @Nullable ArrayDeque<Runnable> last;

  /** Adds an effect that lets a waiting thread go on. */
  public void wake(Runnable effect) {
    wakeUps = with(effect, wakeUps);
  }

  /** Adds an effect that tells listeners or starts work. */
  public void then(Runnable effect) {
    rest = with(effect, rest);
  }

  /** Adds an effect that gives memory back, or that has to come after that. */
  public void giveBack(Runnable effect) {
    last = with(effect, last);
  }

  private static ArrayDeque<Runnable> with(
      Runnable effect, @Nullable ArrayDeque<Runnable> effects) {
    ArrayDeque<Runnable> all = effects == null ? new ArrayDeque<>(FEW) : effects;
    all.add(effect);
    return all;
  }

  /** Does all effects in the calling thread. */
  public void run() {
    runAll(wakeUps);
    runAll(rest);
    runAll(last);
  }

  /** Wakes threads in the calling thread, and leaves the other effects to a worker. */
  void runOnTime(Workers workers) {
    runAll(wakeUps);
    if (rest != null || last != null) {
      workers.execute(this::run); // The threads that wait are woken already.
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
