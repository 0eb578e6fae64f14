package dev.dmabroker.internal.stream;

import dev.dmabroker.BrokerException;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Wait;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The threads and futures that wait for frames of a stream, in the order of asking: a producer's
 * for free buffers, or a consumer's for what was submitted. Frames are handed out under the
 * stream's lock, mapped if their buffer lies still; a buffer that is on the move is mapped by the
 * waiter that gets it, which may take until the move is done.
 */
abstract class FrameWaiters<F extends StreamFrame> {
  private final StreamLife life;
  private final ArrayDeque<Wait<F>> waiters = new ArrayDeque<>();

  FrameWaiters(StreamLife life) {
    this.life = life;
  }

  // ---- What the two sides do differently; under the lock ----

  /** Throws if no frame may be asked for now. */
  abstract void check();

  /**
   * Takes a frame if there is one, preferably of a buffer that lies still.
   *
   * @param own whether the calling thread gets it
   * @return null if there is none
   */
  abstract @Nullable F poll(boolean own, AfterLock after);

  /** Takes a frame for the calling thread, but only if its buffer lies still. */
  abstract @Nullable F pollStill(AfterLock after);

  /** A caller has to wait, or tried in vain to get a frame. */
  abstract void starve(AfterLock after);

  /** What the waiters want, in words, for errors. */
  abstract String describe();

  /** What keeps the waiters; called without the lock. */
  abstract BrokerException timedOut(Duration timeout);

  /** Whether {@link #makeReady} has nothing to do. */
  boolean isReady(F frame) {
    return true;
  }

  /**
   * Makes ready what was mapped; called without the lock.
   *
   * @return false if it has to be another, and this one is gone
   */
  boolean makeReady(F frame) {
    return true;
  }

  // ---- Asking in a thread that waits ----

  /** The next frame; parks until there is one. */
  F get(Duration timeout) {
    Durations.positive("the timeout", timeout);
    long start = life.exactNow();
    long nanos = Durations.nanos(timeout);
    while (true) {
      Wait<F> wait = new Wait<>();
      ask(wait, /* own= */ true);
      F frame =
          wait.await(
              left(start, nanos),
              interrupt -> {
                if (!withdraw(wait)) {
                  return null;
                }
                return interrupt == null
                    ? timedOut(timeout)
                    : Exceptions.waitInterrupted(
                        "interrupted while waiting to " + describe(), interrupt);
              });
      map(frame, left(start, nanos));
      if (makeReady(frame)) {
        return frame;
      }
    }
  }

  private long left(long start, long nanos) {
    return Math.max(1, nanos - (life.exactNow() - start));
  }

  private void map(F frame, long nanos) {
    if (frame.isMapped()) {
      frame.mapped().hand();
      return;
    }
    BufferMapping mapping;
    try {
      mapping = frame.attachment().map(frame.access(), Duration.ofNanos(nanos));
    } catch (RuntimeException | Error e) {
      frame.takeBack();
      if (frame.isCancelled()) {
        throw frame.ended(describe());
      }
      throw e;
    }
    adopt(frame, mapping);
  }

  /** The frame is mapped, unless the stream was stopped meanwhile. */
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

  /** A frame if there is one that needs no waiting. */
  Optional<F> tryGet() {
    while (true) {
      F frame =
          life.locked(
              after -> {
                check();
                F found = waiters.isEmpty() ? pollStill(after) : null;
                if (found == null) {
                  starve(after);
                  found = waiters.isEmpty() ? pollStill(after) : null;
                }
                return found;
              });
      if (frame == null) {
        return Optional.empty();
      }
      if (makeReady(frame)) {
        return Optional.of(frame);
      }
    }
  }

  /** Completes the future, on the callback executor, once there is a frame. */
  void getAsync(CompletableFuture<? super F> future) {
    Wait<F> wait = new Wait<>();
    try {
      ask(wait, /* own= */ false);
    } catch (BrokerException e) {
      future.completeExceptionally(e);
      return;
    }
    wait.then(
        (frame, failure) -> {
          if (frame == null) {
            fail(future, failure);
          } else if (frame.isMapped()) {
            hand(frame, future);
          } else {
            // It may be the poller's thread, and to map takes more than to look.
            life.execute(() -> mapAsync(frame, future));
          }
        });
    CompletableFuture<?> unused =
        future.whenComplete(
            (frame, failure) -> {
              boolean unusedToo = withdraw(wait);
            });
  }

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

  /** To make it ready takes time, and the thread may be the one that released the buffer. */
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
            getAsync(future);
          }
        });
  }

  private void give(F frame, CompletableFuture<? super F> future) {
    life.callback(
        () -> {
          if (!future.complete(frame)) {
            frame.takeBack();
          }
        });
  }

  private void fail(CompletableFuture<? super F> future, @Nullable Throwable failure) {
    Throwable why = failure == null ? new IllegalStateException("no frame, no failure") : failure;
    life.callback(() -> future.completeExceptionally(why));
  }

  // ---- The waiters ----

  private void ask(Wait<F> wait, boolean own) {
    life.change(
        after -> {
          check();
          F frame = waiters.isEmpty() ? poll(own, after) : null;
          if (frame == null) {
            waiters.add(wait);
            starve(after);
          } else {
            wait.grant(after, frame);
          }
        });
  }

  /** Lets a waiter go without a frame: false if it has been granted one, or was refused. */
  private boolean withdraw(Wait<F> wait) {
    return life.locked(after -> waiters.remove(wait));
  }

  /** Whether there are waiters. Under the lock. */
  boolean isAwaited() {
    return !waiters.isEmpty();
  }

  /** The number of waiters. Under the lock. */
  int waiting() {
    return waiters.size();
  }

  /** Gives the waiters what there is. Under the lock. */
  void serve(AfterLock after) {
    while (!waiters.isEmpty()) {
      F frame = poll(/* own= */ false, after);
      if (frame == null) {
        return;
      }
      waiters.remove().grant(after, frame);
    }
  }

  /** Refuses all waiters; false if there were none. Under the lock. */
  boolean refuse(BrokerException failure, AfterLock after) {
    boolean any = !waiters.isEmpty();
    waiters.forEach(wait -> wait.fail(after, failure));
    waiters.clear();
    return any;
  }
}
