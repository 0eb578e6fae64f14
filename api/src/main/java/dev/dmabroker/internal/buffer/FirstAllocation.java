package dev.dmabroker.internal.buffer;

import dev.dmabroker.BrokerException;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.heap.NoTurnException;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.internal.watch.EventRecords;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gets a buffer its first memory, or new memory after the last was given back. Ends ALLOCATING. */
final class FirstAllocation {
  private final BufferLife life;

  FirstAllocation(BufferLife life) {
    this.life = life;
  }

  /** Asks heaps, in the calling thread, which is the thread that made the buffer ALLOCATING. */
  void run() {
    Time time = life.services().time();
    long start = time.nanos();
    // Devices that attach after this may make the buffer move at once.
    List<RegisteredDevice> devices = life.lock.locked(this::devices);
    if (devices == null) {
      return;
    }
    Place placed = null;
    BrokerException failure = null;
    try {
      placed = life.search.run(devices, Optional.empty(), /* vacated= */ -1);
    } catch (NoTurnException e) {
      e.awaitTurn(life.services().workers()::execute, this::run);
      return;
    } catch (BrokerException e) {
      failure = e;
    } catch (Throwable e) {
      failure = Exceptions.allocation("allocating " + life.name + " threw " + e, List.of());
      failure.initCause(e);
    }
    end(placed, failure, Duration.ofNanos(time.nanos() - start));
  }

  /** The devices to find memory for, or null if no request waits for it any more. */
  private @Nullable List<RegisteredDevice> devices(AfterLock after) {
    if (!Ending.isOver(life) && life.requests.first().isPresent()) {
      return life.attachments.users().devices();
    }
    life.become(State.UNBACKED);
    boolean unused = Ending.releaseIfOver(life, after);
    return null;
  }

  private void end(@Nullable Place placed, @Nullable BrokerException failure, Duration took) {
    life.lock.change(
        after -> {
          if (placed == null) {
            failed(failure, after);
          } else {
            succeeded(placed, took, after);
          }
        });
  }

  /**
   * No heap gave memory: requests to give memory back are granted, and all others get the reason.
   */
  private void failed(@Nullable BrokerException failure, AfterLock after) {
    life.become(State.UNBACKED);
    if (!Ending.releaseIfOver(life, after) && failure != null) {
      life.grantEvacuations(after);
      life.requests.fail(after, request -> true, failure);
    }
  }

  /** A heap gave memory: the requests are served. */
  private void succeeded(Place placed, Duration took, AfterLock after) {
    life.place = placed;
    life.generation = placed.generation();
    life.retries.startOver();
    LeavingOut.leaveOut(life, placed.leftOut(), after);
    life.become(State.RESIDENT);
    var event =
        new EventRecords.MemoryAllocated(life.name, placed.heap().name(), placed.sizeBytes(), took);
    life.tell(after, listener -> listener.allocated(event));
    life.settle(after);
  }
}
