package dev.dmabroker.internal;

import java.util.ArrayDeque;

/**
 * What a change of state entails, collected under the buffer's lock and done after it is released:
 * no heap, listener or other foreign code ever runs under a lock. The pipeline goes on first.
 */
final class Effects {
  private final ArrayDeque<Runnable> wakeUps = new ArrayDeque<>();
  private final ArrayDeque<Runnable> rest = new ArrayDeque<>();

  /** Lets somebody who waits go on. */
  void wake(Runnable effect) {
    wakeUps.add(effect);
  }

  /** Gives memory back, tells listeners, starts work. */
  void then(Runnable effect) {
    rest.add(effect);
  }

  void run() {
    runWakeUps();
    runRest();
  }

  void runWakeUps() {
    runAll(wakeUps);
  }

  void runRest() {
    runAll(rest);
  }

  private static void runAll(ArrayDeque<Runnable> effects) {
    for (Runnable effect; (effect = effects.poll()) != null; ) {
      Listeners.guarded("an effect", effect);
    }
  }
}
