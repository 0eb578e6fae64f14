package dev.dmabroker.internal;

import dev.dmabroker.BrokerException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for a stream's frames, in the order of asking: producers for free buffers, or a
 * consumer's threads for what was submitted. Frames are handed out under the stream's lock, mapped
 * if their buffer lies still; one that is on the move is mapped by who gets it, which may take
 * until the move is done.
 */
abstract class FrameWaiters<F extends StreamFrame> {
  private final StreamLife stream;
  private final ArrayDeque<Wait<F>> waits = new ArrayDeque<>();

  FrameWaiters(StreamLife stream) {
    this.stream = stream;
  }

  StreamLife stream() {
    return stream;
  }

  // ---- What the two sides do differently; under the lock ----

  /** Throws if nobody may ask now. */
  abstract void check();

  /**
   * Takes what there is.
   *
   * @param own whether the calling thread gets it
   * @param still whether it has to lie still
   * @return null if there is nothing
   */
  abstract @Nullable F poll(boolean own, boolean still, AfterLock after);

  /** Somebody has to wait, or asked in vain. */
  abstract void starve(AfterLock after);

  /** In words, for errors. */
  abstract String describe();

  /** What keeps those who wait; called without the lock. */
  abstract BrokerException timedOut(Duration timeout);

  /** Whether {@link #ready} has nothing to do. */
  boolean isReady(F frame) {
    return true;
  }

  /**
   * Makes ready what was mapped; called without the lock.
   *
   * @return false if it has to be another, and this one is gone
   */
  boolean ready(F frame) {
    return true;
  }

  // ---- Asking ----

  F get(Duration timeout) {
    Durations.positive("the timeout", timeout);
    long start = System.nanoTime();
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
      if (ready(frame)) {
        return frame;
      }
    }
  }

  private static long left(long start, long nanos) {
    return Math.max(1, nanos - (System.nanoTime() - start));
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
        stream.locked(
            after -> {
              frame.mapped(mapping);
              return frame.isOpen();
            });
    if (!open) {
      frame.takeBack();
      throw frame.ended(describe());
    }
  }

  Optional<F> tryGet() {
    while (true) {
      F frame =
          stream.locked(
              after -> {
                check();
                F found = waits.isEmpty() ? poll(/* own= */ true, /* still= */ true, after) : null;
                if (found == null) {
                  starve(after);
                  found = waits.isEmpty() ? poll(/* own= */ true, /* still= */ true, after) : null;
                }
                return found;
              });
      if (frame == null) {
        return Optional.empty();
      }
      if (ready(frame)) {
        return Optional.of(frame);
      }
    }
  }

  /** Completes the future, on the callback executor, once there is a frame. */
  void getAsync(CompletableFuture<? super F> exposed) {
    Wait<F> wait = new Wait<>();
    try {
      ask(wait, /* own= */ false);
    } catch (BrokerException e) {
      exposed.completeExceptionally(e);
      return;
    }
    wait.then(
        (frame, failure) -> {
          if (frame == null) {
            fail(exposed, failure);
          } else if (frame.isMapped()) {
            hand(frame, exposed);
          } else {
            // It may be the poller's thread, and to map takes more than to look.
            stream.engine.execute(() -> mapAsync(frame, exposed));
          }
        });
    CompletableFuture<?> unused =
        exposed.whenComplete(
            (frame, failure) -> {
              boolean unusedToo = withdraw(wait);
            });
  }

  private void mapAsync(F frame, CompletableFuture<? super F> exposed) {
    CompletableFuture<?> unused =
        frame
            .attachment()
            .mapAsync(frame.access())
            .whenComplete(
                (mapping, failure) -> {
                  if (mapping == null) {
                    frame.takeBack();
                    fail(exposed, frame.isCancelled() ? frame.ended(describe()) : failure);
                    return;
                  }
                  try {
                    adopt(frame, (BufferMapping) mapping);
                  } catch (RuntimeException e) {
                    fail(exposed, e);
                    return;
                  }
                  hand(frame, exposed);
                });
  }

  /** To make it ready takes time, and the thread may be the one that released the buffer. */
  private void hand(F frame, CompletableFuture<? super F> exposed) {
    if (isReady(frame)) {
      give(frame, exposed);
      return;
    }
    stream.engine.execute(
        () -> {
          if (ready(frame)) {
            give(frame, exposed);
          } else {
            getAsync(exposed);
          }
        });
  }

  private void give(F frame, CompletableFuture<? super F> exposed) {
    stream.engine.callback(
        () -> {
          if (!exposed.complete(frame)) {
            frame.takeBack();
          }
        });
  }

  private void fail(CompletableFuture<? super F> exposed, @Nullable Throwable failure) {
    Throwable why = failure == null ? new IllegalStateException("no frame, no failure") : failure;
    stream.engine.callback(() -> exposed.completeExceptionally(why));
  }

  private void ask(Wait<F> wait, boolean own) {
    stream.locked(
        after -> {
          check();
          F frame = waits.isEmpty() ? poll(own, /* still= */ false, after) : null;
          if (frame == null) {
            waits.add(wait);
            starve(after);
          } else {
            wait.grant(after, frame);
          }
          return null;
        });
  }

  private boolean withdraw(Wait<F> wait) {
    return stream.locked(after -> waits.remove(wait));
  }

  // ---- Under the lock ----

  boolean isAwaited() {
    return !waits.isEmpty();
  }

  int waiting() {
    return waits.size();
  }

  /** Gives what there is to those who wait. */
  void serve(AfterLock after) {
    while (!waits.isEmpty()) {
      F frame = poll(/* own= */ false, /* still= */ false, after);
      if (frame == null) {
        return;
      }
      waits.remove().grant(after, frame);
    }
  }

  /** Whether there was somebody to refuse. */
  boolean refuse(BrokerException failure, AfterLock after) {
    boolean any = !waits.isEmpty();
    waits.forEach(wait -> wait.fail(after, failure));
    waits.clear();
    return any;
  }
}
