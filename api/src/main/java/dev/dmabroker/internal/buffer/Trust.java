package dev.dmabroker.internal.buffer;

import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.gate.Recall;
import dev.dmabroker.internal.runtime.AfterLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is written to a buffer from groups of devices that have left it. A device that has
 * mapped a place may have kept a descriptor of the memory, and the kernel takes none away. So the
 * place suits no device any more once a group has gone that had it: no attachment and no mapping of
 * its devices is left. The buffer then moves, as it does for any device that its place does not
 * suit, and what is written and read next lies in memory that the group never had. All methods run
 * under the buffer's lock.
 */
final class Trust {
  private final BufferLife life;

  /** The group that the buffer is of, which never leaves it. */
  private String ownerGroup = "";

  Trust(BufferLife life) {
    this.life = life;
  }

  /** The buffer is of this group, whether devices of it are attached or not. */
  void ownedBy(String group) {
    ownerGroup = group;
  }

  /** Looks which groups have left the place, after an attachment, a mapping or a pin has ended. */
  void judge(Place place, AfterLock after) {
    if (place.former().isEmpty() || !place.expose(gone(place), after)) {
      return;
    }
    life.attachments.reopenGates(place, Recall.forMove(life.name, after));
    if (life.isResident()) {
      life.retries.startOver();
      life.settle(after);
    }
  }

  /**
   * A group that has left the place; null if there is none, or if the buffer is pinned there: its
   * holders want it to stay.
   */
  private @Nullable String gone(Place place) {
    if (life.isPinned()) {
      return null;
    }
    for (String group : place.former()) {
      if (!group.equals(ownerGroup) && !isPresent(group, place)) {
        return group;
      }
    }
    return null;
  }

  private boolean isPresent(String group, Place place) {
    return Stream.concat(life.attachments.copy().stream(), place.attachments())
        .anyMatch(each -> each.device().trustGroup().equals(group));
  }
}
