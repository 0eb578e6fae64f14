package dev.dmabroker.internal;

import dev.dmabroker.LeftOutException;
import java.util.List;

/** Which dispensable devices of a buffer are left out. All under the buffer's lock. */
final class LeavingOut {
  private LeavingOut() {}

  /** Works out anew which devices are left out, after a device was detached. */
  static void renegotiate(BufferLife life, AfterLock after) {
    if (life.stays && life.place != null) {
      leaveOut(life, life.attachments.unsuited(life.resident()), after);
    } else if (life.attachments.hasDispensable()) {
      life.solve(life.attachments.users().devices())
          .ifPresent(solution -> leaveOut(life, solution.leftOut(), after));
    }
  }

  /** Leaves these devices out and no others, and tells what that changes. */
  static void leaveOut(BufferLife life, List<? extends Participant> devices, AfterLock after) {
    Attachments attachments = life.attachments;
    if (!attachments.hasDispensable()) {
      return;
    }
    List<AttachedDevice> before = attachments.leftOut();
    attachments.leaveOut(devices);
    for (AttachedDevice attachment : attachments.copy()) {
      if (before.contains(attachment) != attachment.isLeftOut()) {
        var event =
            new EventRecords.DeviceLeftOut(
                life.name, attachment.device().name(), attachment.isLeftOut());
        life.tell(after, listener -> listener.leftOut(event));
      }
    }
  }

  /** Why a device that is left out cannot map. */
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
