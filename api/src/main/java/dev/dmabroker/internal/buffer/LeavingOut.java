package dev.dmabroker.internal.buffer;

import dev.dmabroker.LeftOutException;
import dev.dmabroker.SearchLimitException;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.Attachments;
import dev.dmabroker.internal.placement.Participant;
import dev.dmabroker.internal.placement.Solution;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.watch.EventRecords;
import java.util.List;
import java.util.Optional;

/**
 * Decides which dispensable devices of a buffer are left out. All methods run under the buffer's
 * lock.
 */
final class LeavingOut {
  private LeavingOut() {}

  /** Works out again which devices are left out, after a device was detached. */
  static void renegotiate(BufferLife life, AfterLock after) {
    if (life.stays && life.place != null) {
      leaveOut(life, life.attachments.unsuited(life.resident()), after);
    } else if (life.attachments.hasDispensable()) {
      solve(life, life.attachments.users().devices())
          .ifPresent(solution -> leaveOut(life, solution.leftOut(), after));
    }
  }

  /** How the devices could be served; empty if the search would take too long. */
  static Optional<Solution> solve(BufferLife life, List<RegisteredDevice> devices) {
    try {
      return Optional.of(life.supplies.planner().solve(life.target(), devices));
    } catch (SearchLimitException e) {
      return Optional.empty();
    }
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
