package dev.dmabroker.internal.stream;

import dev.dmabroker.BufferStream.State;
import dev.dmabroker.Holder;
import dev.dmabroker.event.FrameDropped.Reason;
import dev.dmabroker.event.StreamChanged.Change;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Caller;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Latch;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stops a stream, and closes it. Frames that the producer has are cancelled at once; consumers may
 * finish the frames that were submitted, until the deadline.
 */
final class StreamStop {
  private final StreamLife life;
  private final StreamUse use;
  private final Circulation circulation;

  /** Runs, without the lock, when the stream is closed. */
  private final Runnable closed;

  StreamStop(StreamUse use, Circulation circulation, Runnable closed) {
    this.life = use.life;
    this.use = use;
    this.circulation = circulation;
    this.closed = closed;
  }

  // ---- Stopping ----

  /**
   * Stops the stream; see {@link dev.dmabroker.BufferStream#stop(Duration)}. Several threads may
   * stop a stream: the first of them that is done waiting does it for all.
   */
  void stop(Duration deadline) {
    if (deadline.isNegative()) {
      throw new IllegalArgumentException("the deadline must not be negative, is " + deadline);
    }
    Duration longest = Durations.bounded(deadline);
    Latch drain = begin();
    if (drain == null) {
      return;
    }
    InterruptedException interrupt = drain.await(Durations.nanos(longest));
    end(drain);
    List<Holder> holders = use.holders();
    if (interrupt != null) {
      Caller.interrupt();
      throw Exceptions.waitInterrupted(
          "interrupted while stopping "
              + life.spec.name()
              + ", which is stopped; held: "
              + Holder.describe(holders),
          interrupt);
    }
    if (!holders.isEmpty()) {
      throw Exceptions.outstandingMappings(
          "stream "
              + life.spec.name()
              + " is stopped, but after "
              + longest.toMillis()
              + " ms frames are still held: "
              + Holder.describe(holders)
              + "; each returns to the stream when it is closed",
          holders,
          null);
    }
  }

  /**
   * Begins the stop, and returns the latch that opens when nothing is in flight; null if the stream
   * does not run.
   */
  private @Nullable Latch begin() {
    Latch drain =
        life.locked(
            after -> {
              if (!life.isRunning()) {
                return circulation.drained();
              }
              life.become(State.STOPPING);
              Acquirers acquirers = circulation.acquirers();
              boolean unused = acquirers.refuse(life.stopped(acquirers.describe()), after);
              cancelFilling(after);
              circulation.beginStop(after);
              return circulation.drain(after);
            });
    return drain;
  }

  /** Cancels the frames that the producer has. They are unmapped and returned without the lock. */
  private void cancelFilling(AfterLock after) {
    for (StreamFrame frame : use.filling.copy()) {
      // A frame that is just being mapped is returned by the thread that maps it.
      if (frame.cancel(after) && frame.isMapped()) {
        after.then(((FillingFrame) frame)::cancelled);
      }
    }
  }

  /** Ends the stop, in the first thread that is done waiting. */
  private void end(Latch drain) {
    life.report(
        after -> {
          if (!circulation.endDrain(drain)) {
            return;
          }
          if (life.state() == State.STOPPING) {
            life.become(State.STOPPED);
            cancelQueued(after);
          }
          // Other threads that stop the stream wait for this drain, too.
          after.wake(() -> drain.open());
        });
  }

  /** Drops the frames that no consumer has taken, and tells all takers. */
  private void cancelQueued(AfterLock after) {
    for (FillingFrame frame : use.submitted.takeAll()) {
      life.events.dropped(life.producer, frame.sequence(), Reason.STOPPED, after);
      if (frame.isReady()) {
        circulation.release(frame.buffer(), after);
      } // Otherwise when its fence signals.
    }
    for (AttachedConsumer consumer : use.devices.consumers()) {
      consumer.stop(after);
    }
  }

  // ---- Closing ----

  /** Closes the stream now. Its memory goes as soon as no frame holds it. */
  void close() {
    life.report(
        after -> {
          if (!life.isClosed()) {
            life.become(State.CLOSED);
            end(after);
          }
        });
  }

  /** Does what {@link #close} does, because the broker is closed. */
  void closeWithBroker() {
    life.report(
        after -> {
          if (!life.isClosed()) {
            life.becomeClosedWithBroker();
            end(after);
          }
        });
  }

  /** Refuses and detaches all devices, and takes every buffer out. */
  private void end(AfterLock after) {
    boolean unused = circulation.acquirers().refuse(life.closed("acquire"), after);
    for (AttachedConsumer consumer : List.copyOf(use.devices.consumers())) {
      consumer.leave(life.closed("take"), after);
    }
    cancelQueued(after);
    StreamPool pool = use.pool;
    int before = pool.depth();
    for (StreamBuffer buffer : pool.copy()) {
      after.then(pool.remove(buffer, after));
    }
    if (before > 0) {
      life.events.resized(before, pool, "closed", after);
    }
    circulation.completeDrain(after);
    circulation.dispensables().close(after);
    after.then(closed);
    life.events.changed(Change.CLOSED, life.producer, after);
  }
}
