package dev.dmabroker.internal;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What a change of state entails, collected under the buffer's lock and done after it is released:
 * no heap, listener or other foreign code ever runs under a lock. The pipeline goes on first.
 */
final class Effects {
  // Most changes entail nothing.
  private @Nullable ArrayDeque<Runnable> wakeUps;
  private @Nullable ArrayDeque<Runnable> rest;

  /** Lets somebody who waits go on. */
  void wake(Runnable effect) {
    if (wakeUps == null) {
      wakeUps = new ArrayDeque<>();
    }
    wakeUps.add(effect);
  }

  /** Gives memory back, tells listeners, starts work. */
  void then(Runnable effect) {
    if (rest == null) {
      rest = new ArrayDeque<>();
    }
    rest.add(effect);
  }

  void run() {
    runWakeUps();
    runAll(rest);
  }

  void runWakeUps() {
    runAll(wakeUps);
  }

  /** Leaves the rest to a worker. */
  void handRest(BrokerEngine engine) {
    ArrayDeque<Runnable> left = rest;
    if (left != null) {
      engine.execute(() -> runAll(left));
    }
  }

  private static void runAll(@Nullable ArrayDeque<Runnable> effects) {
    if (effects == null) {
      return;
    }
    for (Runnable effect; (effect = effects.poll()) != null; ) {
      Listeners.guarded("an effect", effect);
    }
  }
}
