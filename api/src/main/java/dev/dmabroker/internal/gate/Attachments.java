package dev.dmabroker.internal.gate;

import dev.dmabroker.event.BrokerSnapshot.AttachmentState;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.placement.Demand;
import dev.dmabroker.internal.placement.HeapTable;
import dev.dmabroker.internal.placement.Participant;
import dev.dmabroker.internal.placement.Target;
import dev.dmabroker.internal.runtime.AfterLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The attachments of a buffer, and their gates. Used under the buffer's lock, in a change that
 * {@linkplain #keep keeps} what there is before it.
 */
public final class Attachments {
  private static final AttachedDevice[] NONE = {};

  /** An array that is never written, so that a change can be undone. */
  private AttachedDevice[] attached = NONE;

  /** What the change under way has removed, and whose gate it leaves; null if nothing. */
  private @Nullable AttachedDevice removed;

  /** Changes whenever a device attaches or detaches. */
  private int version;

  /** How the gates are open; null while they are shut. */
  private Gate.@Nullable Opening opening;

  /**
   * What all devices require together, so that one more device costs only that device's own share;
   * null if that is not known.
   */
  private @Nullable Known known;

  /**
   * What all devices require together.
   *
   * @param table the heaps of which they require it
   * @param target the buffer that they require it for
   * @param demand the requirements
   * @param last the device that was attached last; null if that is not known
   * @param before what was required before that device was attached
   */
  private record Known(
      HeapTable table,
      Target target,
      Demand demand,
      @Nullable AttachedDevice last,
      @Nullable Known before) {

    /** Whether that is known for these heaps and this buffer. */
    @SuppressWarnings("ReferenceEquality") // A table stands for the heaps of one moment.
    boolean isOf(HeapTable heaps, Target buffer) {
      return table == heaps && target == buffer;
    }
  }

  /**
   * The devices that memory has to suit.
   *
   * @param devices the devices
   * @param version changes whenever the devices do
   */
  public record Users(List<RegisteredDevice> devices, int version) {}

  // ---- What becomes of a change ----

  /** Has a change that throws put back which devices are attached, and what their gates let in. */
  public void keep(AfterLock after) {
    AttachedDevice[] attached = this.attached;
    int version = this.version;
    Gate.Opening opening = this.opening;
    Known known = this.known;
    removed = null;
    after.undo(
        () -> {
          this.attached = attached;
          this.version = version;
          this.opening = opening;
          this.known = known;
          for (AttachedDevice attachment : attached) {
            attachment.gate.takeBack();
          }
        });
  }

  /**
   * Opens the gates that the change has opened. No call stands here: if one threw, some gates might
   * let mappings in to a place where the buffer does not lie.
   */
  public void publish() {
    for (AttachedDevice attachment : attached) {
      Gate gate = attachment.gate;
      if (gate.coming != null) {
        gate.entrance = gate.coming;
        gate.coming = null;
      }
      gate.before = null;
      gate.narrowed = false;
    }
    if (removed != null) { // It may be kept for long, and the memory must not be.
      removed.gate.before = null;
      removed.gate.narrowed = false;
      removed = null;
    }
  }

  // ---- Changes ----

  public void add(AttachedDevice attachment) {
    AttachedDevice[] more = Arrays.copyOf(attached, attached.length + 1);
    more[attached.length] = attachment;
    attached = more;
    version++;
    known = null;
  }

  /**
   * Removes an attachment. The device that was attached last often is detached first, so what was
   * known before it is known again then.
   */
  @SuppressWarnings("ReferenceEquality")
  public void remove(AttachedDevice attachment) {
    int at = Arrays.asList(attached).indexOf(attachment);
    if (at >= 0) {
      AttachedDevice[] fewer = Arrays.copyOf(attached, attached.length - 1);
      System.arraycopy(attached, at + 1, fewer, at, fewer.length - at);
      attached = fewer;
    }
    removed = attachment;
    version++;
    known = known != null && known.last() == attachment ? known.before() : null;
  }

  /** Works like {@link #add}, for a device that {@link #with} found possible. */
  public void add(AttachedDevice attachment, HeapTable table, Target target, Demand all) {
    Known before = known;
    add(attachment);
    known = new Known(table, target, all, attachment, before);
  }

  /**
   * What all attached devices and one more require together; null if that takes a search, as some
   * have alternatives, may be left out, or none is attached yet.
   */
  public @Nullable Demand with(HeapTable table, Target target, RegisteredDevice added) {
    if (known == null || !known.isOf(table, target)) {
      known = all(table, target);
    }
    return known == null || !added.isPlain()
        ? null
        : known.demand().and(added.alternatives().get(0).demand(table).of(target));
  }

  /** Whether the attached devices require that much already. */
  @SuppressWarnings("ReferenceEquality") // A demand that nothing was added to is the same object.
  public boolean require(HeapTable table, Target target, Demand all) {
    return known != null && known.isOf(table, target) && known.demand() == all;
  }

  /** Adds up what the devices require; null if one of them leaves a choice. */
  private @Nullable Known all(HeapTable table, Target target) {
    Demand all = null;
    for (AttachedDevice attachment : attached) {
      if (!attachment.device().isPlain()) {
        return null;
      }
      Demand its = attachment.device().alternatives().get(0).demand(table).of(target);
      all = all == null ? its : all.and(its);
    }
    return all == null ? null : new Known(table, target, all, null, null);
  }

  public List<RegisteredDevice> devicesWith(RegisteredDevice added) {
    List<RegisteredDevice> devices = users().devices();
    devices.add(added);
    return devices;
  }

  public List<AttachedDevice> leftOut() {
    return Arrays.stream(attached).filter(AttachedDevice::isLeftOut).toList();
  }

  /** Marks these devices as left out, and all others as served. */
  public void leaveOut(List<? extends Participant> devices, AfterLock after) {
    List<AttachedDevice> before = leftOut();
    AttachedDevice[] all = attached;
    after.undo(
        () -> {
          for (AttachedDevice attachment : all) {
            attachment.leaveOut(before.contains(attachment));
          }
        });
    for (AttachedDevice attachment : attached) {
      attachment.leaveOut(devices.contains(attachment.device()));
    }
  }

  /** Whether a device is attached that may be left out. */
  public boolean hasDispensable() {
    for (AttachedDevice attachment : attached) {
      if (attachment.device().isDispensable()) {
        return true;
      }
    }
    return false;
  }

  public boolean isEmpty() {
    return attached.length == 0;
  }

  public int version() {
    return version;
  }

  /** The attached devices, with the version that tells whether they have changed since. */
  public Users users() {
    List<RegisteredDevice> devices = new ArrayList<>(attached.length);
    for (AttachedDevice attachment : attached) {
      devices.add(attachment.device());
    }
    return new Users(devices, version);
  }

  public List<AttachmentState> snapshot() {
    return Arrays.stream(attached).map(AttachedDevice::snapshot).toList();
  }

  public List<AttachedDevice> copy() {
    return List.of(attached);
  }

  /** Opens the gates of the devices that the place suits, and shuts the other gates. */
  public void openGates(Place place, Gate.Opening how) {
    opening = how;
    for (AttachedDevice attachment : attached) {
      if (attachment.suits(place)) {
        attachment.open(place, how);
      } else {
        attachment.gate().shut();
      }
    }
  }

  /** Opens the gate of the attachment that was added last, just as the other gates are open. */
  public void openGate(AttachedDevice attachment, Place place) {
    if (opening != null && attachment.suits(place)) {
      attachment.open(place, opening);
    }
  }

  /**
   * Has the gates let in what they did, after it has changed which devices the place suits. Where
   * it suits none, all leases are asked back.
   */
  public void reopenGates(Place place, Recall why) {
    if (opening != null) {
      openGates(place, opening);
    }
    if (place.isExposed()) {
      place.recall(/* onlyWriting= */ false, why);
    }
  }

  /**
   * Lets in less than the gates do, and asks back the leases in whose way that is: those that
   * write.
   */
  public void narrowGates(Place place, Gate.Opening how, Recall why) {
    openGates(place, how);
    place.recall(/* onlyWriting= */ true, why);
  }

  /**
   * Shuts all gates, and asks all leases back.
   *
   * @param place where the buffer lies; null if it has no memory
   */
  public void shutGates(@Nullable Place place, Recall why) {
    opening = null;
    for (AttachedDevice attachment : attached) {
      attachment.gate().shut();
    }
    if (place != null) {
      place.recall(/* onlyWriting= */ false, why);
    }
  }

  /** Whether the place suits every device that is served. */
  public boolean isSuited(Place place) {
    return firstUnsuited(place) == null;
  }

  /** The first served device that the place does not suit; null if there is none. */
  public @Nullable AttachedDevice firstUnsuited(Place place) {
    for (AttachedDevice attachment : attached) {
      if (!attachment.isLeftOut() && !attachment.suits(place)) {
        return attachment;
      }
    }
    return null;
  }

  /** The devices that the place does not suit. */
  public List<RegisteredDevice> unsuited(Place place) {
    return Arrays.stream(attached)
        .filter(attachment -> !attachment.suits(place))
        .map(AttachedDevice::device)
        .toList();
  }

  /**
   * The longest hold that the devices which write in the place declared. If no writer was seen, the
   * longest hold of all devices, because a writer that is in already may become visible only after
   * that look.
   */
  public Duration longestHold(Place place) {
    Duration ofWriters = place.longestHoldOfWriters();
    return ofWriters.isZero() ? longestHold() : ofWriters;
  }

  /** The longest hold of a mapping that any attached device has declared. */
  public Duration longestHold() {
    return Arrays.stream(attached)
        .map(attachment -> attachment.device().longestHold())
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }
}
