package dev.dmabroker.internal.buffer;

import dev.dmabroker.ClosedException;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.LeakFound;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.gate.Recall;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.internal.watch.EventRecords;
import java.util.Optional;

/**
 * The end of a buffer: once no application can use it any more, what is under way is cancelled, and
 * the memory is given back as soon as the last mapping is closed.
 */
final class Ending {
  private Ending() {}

  /** Ends the buffer because the broker closes. */
  static void shutDown(BufferLife life) {
    life.lock.report(
        after -> {
          life.brokerClosed = true;
          boolean unused = releaseIfOver(life, after);
        });
  }

  /**
   * Drops the application's reference. False if it was dropped before, or if the buffer ended with
   * the broker.
   */
  static boolean dropReference(BufferLife life) {
    life.clear();
    boolean[] dropped = new boolean[1];
    life.lock.report(
        after -> {
          dropped[0] = !life.referenceClosed && !life.brokerClosed;
          life.referenceClosed = true;
          boolean unused = releaseIfOver(life, after);
        });
    return dropped[0];
  }

  /**
   * The application has lost the handle, so it cannot close the buffer any more: that is reported.
   */
  static void lost(BufferLife life) {
    if (dropReference(life)) {
      Services services = life.services();
      services
          .leaks()
          .report(
              new EventRecords.LeakFound(
                  LeakFound.Kind.BUFFER,
                  life.name,
                  Optional.empty(),
                  Optional.empty(),
                  life.age(services.time()),
                  life.created()));
    }
  }

  /** Whether no application can use the buffer any more. */
  static boolean isOver(BufferLife life) {
    return life.brokerClosed || (life.referenceClosed && life.attachments.isEmpty());
  }

  /** Brings the end on if the buffer's use is over. True if it is over. Under the lock. */
  static boolean releaseIfOver(BufferLife life, AfterLock after) {
    if (life.state() == State.RELEASED) {
      return true;
    }
    if (!isOver(life)) {
      return false;
    }
    life.attachments.shutGates(life.place, Recall.forClose(after));
    if (!life.requests.isEmpty()) {
      life.requests.fail(after, request -> true, closed(life));
    }
    // In ALLOCATING, PREPARING and MOVING a thread uses the memory, and comes back here in the end.
    if (life.state() == State.DRAINING
        || (life.state() == State.PREPARING && life.moving != null && life.moving.hasTarget())) {
      cancelDrain(life, after);
      life.become(State.RESIDENT);
    }
    life.pins = Pins.NONE;
    if (life.moving == null) {
      Moving.endTurn(life, after);
    }
    life.releaseRetired(after);
    if ((life.isResident() || life.state() == State.UNBACKED)
        && life.retired.isEmpty()
        && (life.place == null || life.place.isIdle())) {
      release(life, after);
    }
    return true;
  }

  /** Gives the memory back, and lets the broker forget the buffer. */
  private static void release(BufferLife life, AfterLock after) {
    Place last = life.place;
    if (last != null) {
      life.release(after, last);
      life.place = null;
    }
    life.become(State.RELEASED);
    after.giveBack(life.reservation::end);
    after.giveBack(() -> life.supplies.forget(life));
  }

  /** Cancels the move or the evacuation that waits for mappings to be closed. */
  private static void cancelDrain(BufferLife life, AfterLock after) {
    if (life.moving != null) {
      life.moving.cancel(after);
      life.moving = null;
    }
    if (life.evacuation != null) {
      life.evacuation.fail(after, closed(life));
      life.evacuation = null;
    }
  }

  private static ClosedException closed(BufferLife life) {
    return Exceptions.closed(life.brokerClosed ? "the broker is closed" : life.name + " is closed");
  }
}
