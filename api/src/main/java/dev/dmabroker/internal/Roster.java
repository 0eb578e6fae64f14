package dev.dmabroker.internal;

import dev.dmabroker.Holder;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is attached to a buffer, and their gates. A detached attachment whose mapping is still out
 * stays until that is closed: nobody places memory for it any more, but everybody waits for it.
 * Used under the buffer's lock.
 */
final class Roster {
  private final List<AttachedDevice> attached = new ArrayList<>(2);
  private int version;

  /**
   * The devices that memory has to suit.
   *
   * @param users the devices
   * @param version changes whenever they do
   */
  record Users(List<User> users, int version) {}

  void add(AttachedDevice attachment) {
    attached.add(attachment);
    version++;
  }

  /** One of them was detached. */
  void changed() {
    version++;
  }

  /** Lets those go who are detached and have nothing out. */
  void prune() {
    attached.removeIf(attachment -> attachment.isDetached() && attachment.gate().isEmpty());
  }

  boolean isEmpty() {
    return attached.isEmpty();
  }

  int version() {
    return version;
  }

  Users users() {
    return new Users(
        attached.stream()
            .filter(attachment -> !attachment.isDetached())
            .map(attachment -> attachment.device().user())
            .toList(),
        version);
  }

  List<AttachedDevice> copy() {
    return List.copyOf(attached);
  }

  /** Opens the gates of those whom the place suits, and shuts the others. */
  void openGates(Placement place) {
    for (AttachedDevice attachment : attached) {
      if (!attachment.isDetached() && attachment.suits(place)) {
        attachment.gate().open(place);
      } else {
        attachment.gate().shut();
      }
    }
  }

  void shutGates() {
    attached.forEach(attachment -> attachment.gate().shut());
  }

  /** Whether no mapping is out. Means something only while the gates are shut. */
  boolean isIdle() {
    return attached.stream().allMatch(attachment -> attachment.gate().isEmpty());
  }

  boolean isHeldBy(Thread thread) {
    return attached.stream().anyMatch(attachment -> attachment.gate().isHeldBy(thread));
  }

  boolean isSuited(Placement place) {
    return firstUnsuited(place).isEmpty();
  }

  Optional<AttachedDevice> firstUnsuited(@Nullable Placement place) {
    return place == null
        ? Optional.empty()
        : attached.stream()
            .filter(attachment -> !attachment.isDetached() && !attachment.suits(place))
            .findFirst();
  }

  /** The longest that anybody who holds a mapping now has declared to hold it. */
  Duration longestHold() {
    return attached.stream()
        .filter(attachment -> !attachment.gate().isEmpty())
        .map(attachment -> attachment.device().longestHold())
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  List<Holder> holders(String buffer) {
    List<Holder> holders = new ArrayList<>();
    long now = System.nanoTime();
    for (AttachedDevice attachment : attached) {
      attachment.gate().addHolders(buffer, attachment.device().name(), now, holders);
    }
    return holders;
  }
}
