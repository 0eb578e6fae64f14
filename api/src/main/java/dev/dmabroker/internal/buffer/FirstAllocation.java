package dev.dmabroker.internal.buffer;

import dev.dmabroker.BrokerException;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.heap.NoTurnException;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.StackReserve;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.internal.watch.EventRecords;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gets a buffer its first memory, or new memory after the last was given back. Ends ALLOCATING. If
 * there is no stack or memory for all of it, another thread runs it again and does what is left.
 */
final class FirstAllocation implements Runnable {
  private final BufferLife life;
  private boolean asked;
  private @Nullable Place placed;
  private @Nullable BrokerException failure;
  private long tookNanos;

  /** Guarded by the buffer's lock. */
  private boolean ended;

  FirstAllocation(BufferLife life) {
    this.life = life;
  }

  /** Asks heaps, in the calling thread, unless that was done, and tells the buffer. */
  @Override
  public void run() {
    if (asked || ask()) {
      life.lock.report(this::end);
    }
  }

  /**
   * Asks heaps. False if no request waits for memory any more, or if this has to wait for a turn.
   */
  private boolean ask() {
    StackReserve.require(); // What is found must not be lost on its way back.
    asked = true;
    Time time = life.services().time();
    long start = time.nanos();
    // Devices that attach after this may make the buffer move at once.
    List<RegisteredDevice> devices = life.lock.locked(this::devices);
    if (devices == null) {
      return false;
    }
    try {
      placed = life.search.run(devices, Optional.empty(), /* departure= */ null);
      tookNanos = time.nanos() - start;
    } catch (NoTurnException e) {
      asked = false;
      e.awaitTurn(life.services().workers()::execute, this);
      return false;
    } catch (BrokerException e) {
      failure = e;
    } catch (Throwable e) {
      failure = Exceptions.allocation("allocating " + life.name + " threw " + e, List.of());
      failure.initCause(e);
    }
    return true;
  }

  /** The devices to find memory for, or null if no request waits for it any more. */
  private @Nullable List<RegisteredDevice> devices(AfterLock after) {
    if (!Ending.isOver(life) && life.requests.first().isPresent()) {
      return life.attachments.users().devices();
    }
    markEnded(after);
    life.become(State.UNBACKED);
    boolean unused = Ending.releaseIfOver(life, after);
    return null;
  }

  private void end(AfterLock after) {
    if (ended) {
      return; // Another thread has done what was left.
    }
    markEnded(after);
    if (placed == null) {
      failed(after);
    } else {
      succeeded(placed, after);
    }
  }

  private void markEnded(AfterLock after) {
    after.undo(() -> ended = false);
    ended = true;
  }

  /**
   * No heap gave memory: requests to give memory back are granted, and all others get the reason.
   */
  private void failed(AfterLock after) {
    BrokerException why =
        failure != null
            ? failure
            : Exceptions.allocation(
                "there was no stack or memory to allocate " + life.name, List.of());
    life.become(State.UNBACKED);
    if (!Ending.releaseIfOver(life, after)) {
      life.grantEvacuations(after);
      life.requests.fail(after, request -> true, why);
    }
  }

  /** A heap gave memory: the requests are served. */
  private void succeeded(Place placed, AfterLock after) {
    life.place = placed;
    life.generation = placed.generation();
    life.retries.startOver();
    LeavingOut.leaveOut(life, placed.leftOut(), after);
    life.become(State.RESIDENT);
    var event =
        new EventRecords.MemoryAllocated(
            life.name, placed.heap().name(), placed.sizeBytes(), Duration.ofNanos(tookNanos));
    life.tell(after, listener -> listener.allocated(event));
    after.then(life.supplies.rebalancer()::stir); // The heap is fuller now.
    life.settle(after);
  }
}
