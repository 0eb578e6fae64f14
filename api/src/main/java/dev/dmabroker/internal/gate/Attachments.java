package dev.dmabroker.internal.gate;

import dev.dmabroker.event.BrokerSnapshot.AttachmentState;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.placement.Demand;
import dev.dmabroker.internal.placement.Participant;
import dev.dmabroker.internal.placement.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who is attached to a buffer, and their gates. Used under the buffer's lock. */
public final class Attachments {
  private final List<AttachedDevice> attached = new ArrayList<>(2);
  private int version;

  /** How the gates are; null while they are shut. */
  private Gate.@Nullable Opening opening;

  /** What all require, so that one device more costs that device alone; null if not known. */
  private @Nullable Known known;

  /**
   * What all require.
   *
   * @param last who was attached last; null if that is not known
   * @param before what was required before that
   */
  private record Known(
      Target target, Demand demand, @Nullable AttachedDevice last, @Nullable Known before) {}

  /**
   * The devices that memory has to suit.
   *
   * @param devices the devices
   * @param version changes whenever they do
   */
  public record Users(List<RegisteredDevice> devices, int version) {}

  public void add(AttachedDevice attachment) {
    attached.add(attachment);
    version++;
    known = null;
  }

  /** One of them was detached; who came last often goes first. */
  @SuppressWarnings("ReferenceEquality")
  public void remove(AttachedDevice attachment) {
    attached.remove(attachment);
    version++;
    known = known != null && known.last() == attachment ? known.before() : null;
  }

  /** Like {@link #add}, of a device that {@link #with} found possible. */
  public void add(AttachedDevice attachment, Target target, Demand all) {
    Known before = known;
    add(attachment);
    known = new Known(target, all, attachment, before);
  }

  /**
   * What all who are attached require, and one device more; null if some have alternatives, may be
   * left out, or are none yet, so that a search is needed.
   */
  public @Nullable Demand with(Target target, RegisteredDevice added) {
    if (known == null || known.target() != target) {
      known = all(target);
    }
    return known == null || !added.isPlain()
        ? null
        : known.demand().and(added.alternatives().get(0).demand().of(target));
  }

  /** Whether those who are attached require that much already. */
  @SuppressWarnings("ReferenceEquality") // A demand that nothing was added to is the same object.
  public boolean require(Target target, Demand all) {
    return known != null && known.target() == target && known.demand() == all;
  }

  private @Nullable Known all(Target target) {
    Demand all = null;
    for (AttachedDevice attachment : attached) {
      if (!attachment.device().isPlain()) {
        return null;
      }
      Demand its = attachment.device().alternatives().get(0).demand().of(target);
      all = all == null ? its : all.and(its);
    }
    return all == null ? null : new Known(target, all, null, null);
  }

  public List<RegisteredDevice> devicesWith(RegisteredDevice added) {
    List<RegisteredDevice> devices = users().devices();
    devices.add(added);
    return devices;
  }

  public List<AttachedDevice> leftOut() {
    return attached.stream().filter(AttachedDevice::isLeftOut).toList();
  }

  /** Marks who is not served. */
  public void leaveOut(List<? extends Participant> devices) {
    for (AttachedDevice attachment : attached) {
      attachment.leaveOut(devices.contains(attachment.device()));
    }
  }

  public boolean hasDispensable() {
    for (AttachedDevice attachment : attached) {
      if (attachment.device().isDispensable()) {
        return true;
      }
    }
    return false;
  }

  public boolean isEmpty() {
    return attached.isEmpty();
  }

  public int version() {
    return version;
  }

  public Users users() {
    List<RegisteredDevice> devices = new ArrayList<>(attached.size());
    for (AttachedDevice attachment : attached) {
      devices.add(attachment.device());
    }
    return new Users(devices, version);
  }

  public List<AttachmentState> snapshot() {
    return attached.stream().map(AttachedDevice::snapshot).toList();
  }

  public List<AttachedDevice> copy() {
    return List.copyOf(attached);
  }

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

  /** Of who came last: as those of the others are. */
  public void openGate(AttachedDevice attachment, Place place) {
    if (opening != null && attachment.suits(place)) {
      attachment.open(place, opening);
    }
  }

  public void shutGates() {
    opening = null;
    attached.forEach(attachment -> attachment.gate().shut());
  }

  public boolean isSuited(Place place) {
    return firstUnsuited(place) == null;
  }

  /** Whom, of those who are served, the place does not suit; null if there is nobody. */
  public @Nullable AttachedDevice firstUnsuited(Place place) {
    for (AttachedDevice attachment : attached) {
      if (!attachment.isLeftOut() && !attachment.suits(place)) {
        return attachment;
      }
    }
    return null;
  }

  /** Whom the place does not suit. */
  public List<RegisteredDevice> unsuited(Place place) {
    return attached.stream()
        .filter(attachment -> !attachment.suits(place))
        .map(AttachedDevice::device)
        .toList();
  }

  /** The longest that anybody has declared to hold a mapping. */
  public Duration longestHold() {
    return attached.stream()
        .map(attachment -> attachment.device().longestHold())
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }
}
