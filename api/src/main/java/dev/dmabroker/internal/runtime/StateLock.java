package dev.dmabroker.internal.runtime;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Locks the state of one buffer, stream or broker. The lock is held for bookkeeping only: what a
 * change of state entails is collected meanwhile and done after the lock is released ({@link
 * AfterLock}). A method that only looks at the state synchronizes on this object itself.
 *
 * <p><b>What holds when a call throws.</b> Any call may throw: the JVM may have no stack left for
 * it, or no memory for an object. So a change is made as a whole or not at all. Before it begins,
 * {@link #keep} notes all that it may write, and each step that writes elsewhere (takes a slot of a
 * gate, claims a request) notes before that how it is undone. Whatever throws, the state is put
 * back to what it was, and nothing of what the change would have entailed is done. What cannot be
 * undone, because threads see it without the lock, comes last: {@link #publish} writes it, without
 * a call in between.
 *
 * <p>From then on the change is made, and the caller gets its result whatever happens. An effect
 * for which there is no stack or memory stays with this lock: a worker goes on with it, and if
 * there is none, the next thread that takes the lock. A change that {@link #report reports} what
 * has happened elsewhere must not be lost either, so it is kept and made again in this way.
 *
 * <p>Where a handler of this class has to keep something, it does so by writing fields, as a call
 * might throw again.
 */
public class StateLock {
  /** Finishes what others could not; null if only the next thread does. */
  private final @Nullable Workers workers;

  /** A change that threw and could not be undone yet; null if there is none. */
  private @Nullable AfterLock broken;

  /** Changes that have to be made again or whose effects are not done, in a chain. */
  private @Nullable AfterLock left;

  public StateLock(Workers workers) {
    this.workers = workers;
  }

  protected StateLock() {
    this.workers = null;
  }

  // ---- What the owner of the state adds ----

  /** Notes all that a change may write in the state, so that it is undone if the change throws. */
  protected void keep(AfterLock after) {}

  /** Adds what every change entails, once it is made; what it throws undoes the change. */
  protected void conclude(AfterLock after) {}

  /**
   * Shows what a change has prepared to threads without the lock. If it throws, it has shown
   * nothing.
   */
  protected void publish() {}

  // ---- Changes ----

  /** Changes state under the lock, and afterwards does what the change entails. */
  @SuppressWarnings({"unchecked", "NullAway"}) // The result is what the change returned.
  public final <T extends @Nullable Object> T locked(Function<AfterLock, T> change) {
    AfterLock after = new AfterLock();
    perform(change, after, /* onTime= */ false, workers);
    return (T) after.result;
  }

  /** Does what {@link #locked} does, for a change that has no result. */
  public final void change(Consumer<AfterLock> change) {
    perform(without(change), new AfterLock(), /* onTime= */ false, workers);
  }

  /**
   * Does what {@link #change} does, for a change that notes what has happened elsewhere. If there
   * is no stack or memory for it, this does not throw: the change is made later.
   */
  public final void report(Consumer<AfterLock> change) {
    AfterLock after = new AfterLock();
    after.again = without(change);
    perform(after.again, after, /* onTime= */ false, workers);
  }

  /**
   * Does what {@link #report} does, for the threads of the timer and the poller. They have other
   * deadlines to keep, so heaps and listeners, which take their time, are left to a worker.
   */
  public final void reportOnTime(Consumer<AfterLock> change) {
    AfterLock after = new AfterLock();
    after.again = without(change);
    perform(after.again, after, /* onTime= */ true, workers);
  }

  private static Function<AfterLock, @Nullable Object> without(Consumer<AfterLock> change) {
    return after -> {
      change.accept(after);
      return null;
    };
  }

  /** Does what others could not finish. */
  private void finishLeft() {
    perform(after -> null, new AfterLock(), /* onTime= */ false, /* help= */ null);
  }

  /**
   * Makes a change, then does what it entails and what others have left. Once the change is made
   * this throws nothing.
   *
   * @param onTime whether the calling thread only wakes others, and leaves the rest
   * @param help goes on with what is left; null to leave it to the next thread
   */
  private void perform(
      Function<AfterLock, ?> change, AfterLock after, boolean onTime, @Nullable Workers help) {
    AfterLock todo = after;
    boolean over = false;
    try {
      synchronized (this) {
        after.next = left;
        left = null;
        make(change, after);
      }
    } catch (VirtualMachineError e) {
      over = after.again != null;
      if (!over) {
        throw e;
      }
    } finally {
      try {
        while (todo != null && !over) {
          over = !finish(todo, onTime);
          todo = over ? todo : todo.next;
        }
      } catch (Throwable t) {
        over = true;
      }
      if (todo != null) {
        synchronized (this) {
          AfterLock last = todo;
          while (last.next != null) {
            last = last.next;
          }
          last.next = left;
          left = todo;
        }
        callFor(help);
      }
    }
  }

  /** Makes the change as a whole, or throws. Under the lock. */
  private void make(Function<AfterLock, ?> change, AfterLock after) {
    if (broken != null) {
      broken.undoAll();
      broken = null;
    }
    boolean made = false;
    try {
      keep(after);
      Object result = change.apply(after);
      conclude(after);
      publish();
      after.result = result;
      after.again = null;
      made = true;
    } catch (Throwable t) {
      if (!(t instanceof VirtualMachineError)) {
        after.again = null;
      }
      throw t;
    } finally {
      if (!made) {
        broken = after;
        after.undoAll();
        broken = null;
      }
    }
  }

  /**
   * Does what a change entails, and makes it before if it is to be made again. False if not all.
   */
  private boolean finish(AfterLock todo, boolean onTime) {
    Function<AfterLock, ?> again = todo.again;
    if (again != null) {
      synchronized (this) {
        make(again, todo);
      }
    }
    if (onTime) {
      return !todo.runWakeUps();
    }
    todo.run();
    return true;
  }

  /** Has a worker do what is left. If that fails, the next thread does it. */
  private void callFor(@Nullable Workers help) {
    if (help == null) {
      return;
    }
    try {
      help.execute(this::finishLeft);
    } catch (Throwable t) {
      // There is no memory for that, either.
    }
  }

  // ---- Waiting ----

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
        World.here().await(this, left);
      }
      return true;
    }
  }

  /** Tells {@link #await} that something has changed. The caller holds the lock. */
  public final void signal() {
    World.here().signal(this);
  }
}
