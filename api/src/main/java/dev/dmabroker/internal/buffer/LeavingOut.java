package dev.dmabroker.internal.buffer;

import dev.dmabroker.LeftOutException;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.Attachments;
import dev.dmabroker.internal.placement.Participant;
import dev.dmabroker.internal.placement.Solution;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.watch.EventRecords;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which dispensable devices of a buffer are left out. Its methods run under the buffer's
 * lock, except the search.
 */
final class LeavingOut {
  private LeavingOut() {}

  /**
   * Works out again which devices are left out, after a device was detached. Where that takes a
   * search, the thread that detached the device searches after it has released the lock.
   */
  static void renegotiate(BufferLife life, AfterLock after) {
    if (life.stays && life.place != null) {
      leaveOut(life, life.attachments.unsuited(life.resident()), after);
    } else if (life.attachments.hasDispensable()) {
      Negotiation first = new Negotiation(life, life.attachments.users().devices());
      after.then(() -> search(life, first));
    }
  }

  /** Searches until the devices stay as they are meanwhile. Takes the lock in between. */
  private static void search(BufferLife life, Negotiation first) {
    Negotiation next = first;
    while (next != null) {
      Negotiation current = next;
      Solution solution = current.trySearch().orElse(null);
      next = life.lock.locked(after -> apply(life, current, solution, after));
    }
  }

  /** Leaves out what was found, if that counts still; otherwise returns what to search for next. */
  private static @Nullable Negotiation apply(
      BufferLife life, Negotiation current, @Nullable Solution found, AfterLock after) {
    if (!current.isCurrent()) {
      return new Negotiation(life, life.attachments.users().devices());
    }
    // Where the search takes too long, or heaps have vanished, the devices that were left out stay
    // so.
    if (found != null && found.isPossible()) {
      leaveOut(life, found.leftOut(), after);
      if (life.isResident()) {
        life.settle(after); // A device that is served now may need a move.
      }
    }
    return null;
  }

  /** Leaves out these devices and no others, and tells listeners what that changes. */
  static void leaveOut(BufferLife life, List<? extends Participant> devices, AfterLock after) {
    Attachments attachments = life.attachments;
    // Mostly no device can be left out, and then there is nothing to compare.
    if (!attachments.hasDispensable()) {
      return;
    }
    List<AttachedDevice> before = attachments.leftOut();
    attachments.leaveOut(devices, after);
    for (AttachedDevice attachment : attachments.copy()) {
      if (before.contains(attachment) != attachment.isLeftOut()) {
        var event =
            new EventRecords.DeviceLeftOut(
                life.name, attachment.device().name(), attachment.isLeftOut());
        life.tell(after, listener -> listener.leftOut(event));
      }
    }
  }

  /** The error for a device that is left out and cannot map. */
  static LeftOutException refusal(BufferLife life, AttachedDevice attachment) {
    return Exceptions.leftOut(
        "cannot map "
            + life.name
            + " for "
            + attachment.device().name()
            + ": the device is dispensable, and left out as long as "
            + Participant.names(life.attachments.users().devices())
            + " are attached and cannot all be served; the buffer lies in "
            + life.resident().heap().name());
  }
}
