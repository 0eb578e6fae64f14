package dev.dmabroker.internal.stream;

import dev.dmabroker.BrokerException;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.FrameSupply;
import dev.dmabroker.internal.runtime.Wait;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The waiters for frames of a stream, in the order in which they asked: threads and futures of a
 * producer that wait for free buffers, or of a consumer that wait for submitted frames. Frames are
 * handed out under the stream's lock, mapped if their buffer lies still. A buffer that is on the
 * move is mapped by the waiter that gets it, which may take until the move is done.
 *
 * @param <F> the frames of that side
 */
abstract class FrameWaiters<F extends StreamFrame> implements FrameSupply<F> {
  private final StreamLife life;
  private ArrayDeque<Wait<F>> waiters = new ArrayDeque<>();

  /** Whether the change under way has made the queue, so that it may write it. */
  private boolean own;

  FrameWaiters(StreamLife life) {
    this.life = life;
  }

  /** Has a change that throws put back which waiters there are. */
  void keep(AfterLock after) {
    ArrayDeque<Wait<F>> before = waiters;
    after.undo(() -> waiters = before);
    own = false;
  }

  /** The queue of the waiters, for a change to write. */
  private ArrayDeque<Wait<F>> changing() {
    if (!own) {
      waiters = waiters.clone();
      own = true;
    }
    return waiters;
  }

  // ---- What the two sides do differently; under the lock ----

  /**
   * Why no frame may be asked for now; null if one may be. To tell that may be a change of state,
   * so it is not thrown, as that would undo the change.
   */
  abstract @Nullable BrokerException refusal();

  /**
   * Takes a frame if there is one, preferably of a buffer that lies still.
   *
   * @param own whether the calling thread gets the frame
   * @return null if there is none
   */
  abstract @Nullable F poll(boolean own, AfterLock after);

  /** Takes a frame for the calling thread, but only if its buffer lies still. */
  abstract @Nullable F pollStill(AfterLock after);

  /** A caller has to wait, or has tried in vain to get a frame. */
  abstract void starve(AfterLock after);

  /** What the waiters want, in words, for errors. */
  abstract String describe();

  /** The error that tells what keeps the waiters; called without the lock. */
  abstract BrokerException timedOut(Duration timeout);

  /** Whether {@link #makeReady} has nothing to do for the frame. */
  boolean isReady(F frame) {
    return !frame.isChecked();
  }

  /**
   * Makes a mapped frame ready for the application; called without the lock.
   *
   * @return false if the frame is gone, and another has to take its place
   */
  boolean makeReady(F frame) {
    frame.beginCheck("taken here");
    return true;
  }

  // ---- Asking in a thread that waits ----

  /** Returns the next frame, and parks until there is one. */
  F get(Duration timeout) {
    Duration longest = Durations.timeout(timeout);
    long start = life.exactNow();
    long nanos = Durations.nanos(longest);
    while (true) {
      Wait<F> wait = new Wait<>();
      ask(wait, /* own= */ true);
      try {
        F frame = await(wait, left(start, nanos), longest);
        map(frame, left(start, nanos));
        if (makeReady(frame)) {
          return frame;
        }
      } catch (VirtualMachineError e) {
        abandon(wait);
        throw e;
      }
    }
  }

  private F await(Wait<F> wait, long nanos, Duration timeout) {
    return wait.await(
        nanos,
        interrupt -> {
          if (!withdraw(wait)) {
            return null;
          }
          return interrupt == null
              ? timedOut(timeout)
              : Exceptions.waitInterrupted("interrupted while waiting to " + describe(), interrupt);
        });
  }

  /**
   * There is no stack or memory to wait, or for what follows: a frame that is granted goes back.
   */
  private void abandon(Wait<F> wait) {
    boolean unused = withdraw(wait);
    wait.then(
        (frame, failure) -> {
          if (frame != null) {
            frame.takeBack();
          }
        });
  }

  private long left(long start, long nanos) {
    return Math.max(1, nanos - (life.exactNow() - start));
  }

  /** Maps the frame for the calling thread, which takes until the buffer lies still. */
  private void map(F frame, long nanos) {
    if (frame.isMapped()) {
      frame.mapped().hand();
      return;
    }
    BufferMapping mapping;
    try {
      mapping = frame.attachment().map(frame.access(), Duration.ofNanos(nanos));
    } catch (Throwable e) {
      frame.takeBack();
      if (frame.isCancelled()) {
        throw frame.ended(describe());
      }
      throw e;
    }
    adopt(frame, mapping);
  }

  /** Gives the frame its mapping, unless the stream was stopped meanwhile. */
  private void adopt(F frame, BufferMapping mapping) {
    boolean open =
        life.locked(
            after -> {
              frame.mapped(mapping);
              return frame.isOpen();
            });
    if (!open) {
      frame.takeBack();
      throw frame.ended(describe());
    }
  }

  // ---- Asking without waiting ----

  /** Returns a frame if there is one that needs no waiting. */
  Optional<F> tryGet() {
    while (true) {
      BrokerException[] refused = new BrokerException[1];
      F frame =
          life.locked(
              after -> {
                refused[0] = refusal();
                if (refused[0] != null) {
                  return null;
                }
                F found = waiters.isEmpty() ? pollStill(after) : null;
                if (found == null) {
                  starve(after);
                  found = waiters.isEmpty() ? pollStill(after) : null;
                }
                return found;
              });
      if (refused[0] != null) {
        throw refused[0];
      }
      if (frame == null) {
        return Optional.empty();
      }
      try {
        if (makeReady(frame)) {
          return Optional.of(frame);
        }
      } catch (VirtualMachineError e) {
        frame.takeBack();
        throw e;
      }
    }
  }

  @Override
  public void supply(CompletableFuture<? super F> future) {
    Wait<F> wait = new Wait<>();
    try {
      ask(wait, /* own= */ false);
    } catch (BrokerException e) {
      future.completeExceptionally(e);
      return;
    }
    try {
      wait.then((frame, failure) -> end(frame, failure, future));
      CompletableFuture<?> unused =
          future.whenComplete(
              (frame, failure) -> {
                boolean unusedToo = withdraw(wait);
              });
    } catch (VirtualMachineError e) {
      abandon(wait);
      throw e;
    }
  }

  @Override
  public void supply(CompletableFuture<? super F> future, Duration timeout) {
    Duration longest = Durations.timeout(timeout);
    supply(future);
    if (!future.isDone()) {
      Future<?> timer = life.schedule(longest, () -> life.callback(() -> expire(future, longest)));
      CompletableFuture<?> unused =
          future.whenComplete((frame, failure) -> timer.cancel(/* mayInterruptIfRunning= */ false));
    }
  }

  /** Fails the future, whose frame has not come in time. That lets its wait go. */
  private void expire(CompletableFuture<? super F> future, Duration timeout) {
    if (!future.isDone()) {
      future.completeExceptionally(timedOut(timeout));
    }
  }

  /** Hands what a wait came to to the future of its waiter. */
  private void end(
      @Nullable F frame, @Nullable Throwable failure, CompletableFuture<? super F> future) {
    if (frame == null) {
      fail(future, failure);
      return;
    }
    try {
      if (frame.isMapped()) {
        hand(frame, future);
      } else {
        // This may be the poller's thread, and to map takes more than a look.
        life.execute(() -> mapAsync(frame, future));
      }
    } catch (VirtualMachineError e) {
      frame.takeBack();
      fail(future, e);
    }
  }

  /** Maps the frame and hands it on; the wait for a move holds up no thread. */
  private void mapAsync(F frame, CompletableFuture<? super F> future) {
    CompletableFuture<?> unused =
        frame
            .attachment()
            .mapAsync(frame.access())
            .whenComplete(
                (mapping, failure) -> {
                  if (mapping == null) {
                    frame.takeBack();
                    fail(future, frame.isCancelled() ? frame.ended(describe()) : failure);
                    return;
                  }
                  try {
                    adopt(frame, (BufferMapping) mapping);
                  } catch (RuntimeException e) {
                    fail(future, e);
                    return;
                  }
                  hand(frame, future);
                });
  }

  /**
   * Makes the frame ready on a worker if need be: that takes time, and this thread may be the one
   * that released the buffer.
   */
  private void hand(F frame, CompletableFuture<? super F> future) {
    if (isReady(frame)) {
      give(frame, future);
      return;
    }
    life.execute(
        () -> {
          if (makeReady(frame)) {
            give(frame, future);
          } else {
            supply(future);
          }
        });
  }

  /** Completes the future, and takes the frame back if the future was cancelled. */
  private void give(F frame, CompletableFuture<? super F> future) {
    life.end(
        future,
        () -> {
          if (!future.complete(frame)) {
            frame.takeBack();
          }
        });
  }

  private void fail(CompletableFuture<? super F> future, @Nullable Throwable failure) {
    Throwable why = failure == null ? new IllegalStateException("no frame, no failure") : failure;
    life.end(future, () -> future.completeExceptionally(why));
  }

  // ---- The waiters ----

  /** Gives a frame to the wait, or adds the wait to the waiters behind those that came before. */
  private void ask(Wait<F> wait, boolean own) {
    BrokerException refused =
        life.locked(
            after -> {
              BrokerException refusal = refusal();
              if (refusal != null) {
                return refusal;
              }
              F frame = waiters.isEmpty() ? poll(own, after) : null;
              if (frame == null) {
                changing().add(wait);
                starve(after);
              } else {
                wait.grant(after, frame);
              }
              return null;
            });
    if (refused != null) {
      throw refused;
    }
  }

  /** Lets a waiter go without a frame. False if it has been granted one, or was refused. */
  private boolean withdraw(Wait<F> wait) {
    return life.locked(after -> waiters.contains(wait) && changing().remove(wait));
  }

  /** Whether there are waiters. Under the lock. */
  boolean isAwaited() {
    return !waiters.isEmpty();
  }

  /** The number of waiters. Under the lock. */
  int waiting() {
    return waiters.size();
  }

  /** Gives the waiters the frames that there are. Under the lock. */
  void serve(AfterLock after) {
    while (!waiters.isEmpty()) {
      F frame = poll(/* own= */ false, after);
      if (frame == null) {
        return;
      }
      changing().remove().grant(after, frame);
    }
  }

  /** Refuses all waiters. False if there were none. Under the lock. */
  boolean refuse(BrokerException failure, AfterLock after) {
    boolean any = !waiters.isEmpty();
    waiters.forEach(wait -> wait.fail(after, failure));
    waiters = new ArrayDeque<>();
    own = true;
    return any;
  }
}
