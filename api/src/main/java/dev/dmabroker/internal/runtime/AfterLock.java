package dev.dmabroker.internal.runtime;

import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a change of state entails under a {@link StateLock}, and does it after the lock is
 * released: no heap, listener or other foreign code ever runs under a lock. Threads that wait are
 * woken first, so that the pipeline goes on before the rest is done; memory is given back last,
 * because a heap may take its time. It also collects how the change is undone if it throws; then
 * nothing of what it entails is done.
 *
 * <p>An effect that throws is logged, and the remaining effects are done nevertheless. An effect
 * for which the JVM had no stack or memory is kept, with all behind it, and begun again by another
 * thread. So an effect has to begin with a look at what is done already, if it has several steps.
 */
public final class AfterLock {
  /** How often an effect is begun, before it counts as one that throws at any time. */
  private static final int TRIES = 4;

  /** What a change of a buffer notes at least; more steps take more room. */
  private static final int MOST_UNDO_STEPS = 6;

  private static final int FEW = 3;

  // Most changes entail nothing, so there is no object for that before something comes.
  private @Nullable Effects wakeUps;
  private @Nullable Effects rest;
  private @Nullable Effects last;
  private final Effects undo = new Effects(MOST_UNDO_STEPS);

  // The lock that made this uses the following fields.

  /** The change to make again; null if it was made, or if the caller knows that it was not. */
  @Nullable Function<AfterLock, ?> again;

  /** What the change returned. */
  @Nullable Object result;

  /** What is to be done after this; null if nothing is. */
  @Nullable AfterLock next;

  /** Runs in their order, each once. No call stands between the end of an effect and its count. */
  private static final class Effects {
    private Runnable[] all;
    private int count;
    private int done;
    private int tries;

    Effects(int room) {
      all = new Runnable[room];
    }

    void add(Runnable effect) {
      if (count == all.length) {
        all = Arrays.copyOf(all, 2 * count);
      }
      all[count] = effect;
      count++;
    }

    boolean isEmpty() {
      return done == count;
    }

    void run() {
      while (done < count) {
        Runnable effect = all[done];
        tries++;
        try {
          effect.run();
        } catch (VirtualMachineError e) {
          if (tries < TRIES) {
            throw e;
          }
          log(e);
        } catch (Throwable t) {
          log(t);
        }
        done++;
        tries = 0;
      }
    }

    private static void log(Throwable thrown) {
      EngineLog.LOG.log(Level.WARNING, "an effect threw", thrown);
    }

    void runBackwards() {
      while (count > 0) {
        all[count - 1].run();
        count--;
      }
    }
  }

  /** Adds an effect that lets a waiting thread go on. */
  public void wake(Runnable effect) {
    if (wakeUps == null) {
      wakeUps = new Effects(FEW);
    }
    wakeUps.add(effect);
  }

  /** Adds an effect that tells listeners or starts work. */
  public void then(Runnable effect) {
    if (rest == null) {
      rest = new Effects(FEW);
    }
    rest.add(effect);
  }

  /** Adds an effect that gives memory back, or that has to come after that. */
  public void giveBack(Runnable effect) {
    if (last == null) {
      last = new Effects(FEW);
    }
    last.add(effect);
  }

  /**
   * Adds how the next step of the change is undone. That runs under the lock if the change throws,
   * be it before that step or after it, and may run twice.
   */
  public void undo(Runnable step) {
    undo.add(step);
  }

  /** Undoes the change, the last step first, and drops what it entails. */
  void undoAll() {
    wakeUps = null;
    rest = null;
    last = null;
    undo.runBackwards();
  }

  /** Does all effects in the calling thread. */
  public void run() {
    run(wakeUps);
    run(rest);
    run(last);
  }

  /** Wakes threads in the calling thread. Returns whether effects are left. */
  boolean runWakeUps() {
    run(wakeUps);
    return isLeft(rest) || isLeft(last);
  }

  private static void run(@Nullable Effects effects) {
    if (effects != null) {
      effects.run();
    }
  }

  private static boolean isLeft(@Nullable Effects effects) {
    return effects != null && !effects.isEmpty();
  }
}
