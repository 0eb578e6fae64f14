package dev.dmabroker.internal.buffer;

import dev.dmabroker.SearchLimitException;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.placement.Ranking.RankedHeap;
import dev.dmabroker.internal.placement.Solution;
import dev.dmabroker.internal.placement.Target;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A search for the way in which devices of a buffer can be served together. A search may take long,
 * and maps need the buffer's lock, so the search runs without the lock: it begins with the devices
 * and the contents as they are, and what it finds counts only if both are as they were then. If
 * they are not, the search is made anew. That does not go on for ever, as each round more means
 * that another device has come or gone meanwhile, or that contents were written.
 */
final class Negotiation {
  private final BufferLife life;
  private final List<RegisteredDevice> devices;
  private final Target target;
  private final int version;

  /** Begins with the attached devices or with one more. The caller holds the buffer's lock. */
  Negotiation(BufferLife life, List<RegisteredDevice> devices) {
    this.life = life;
    this.devices = devices;
    this.target = life.target();
    this.version = life.attachments.version();
  }

  /** Returns the devices that the search is for. */
  List<RegisteredDevice> devices() {
    return devices;
  }

  /**
   * Searches. The caller does not hold the lock.
   *
   * @throws SearchLimitException if there are too many combinations
   */
  Solution search() {
    return life.supplies.planner().solve(target, devices);
  }

  /** Searches as {@link #search} does; empty if there are too many combinations. */
  Optional<Solution> trySearch() {
    try {
      return Optional.of(search());
    } catch (SearchLimitException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns the heap that the buffer would move to from a heap: the first of those that the
   * heuristic ranks before it and that leave out no more devices; null if there is none. This calls
   * the heuristic, so the caller does not hold the lock.
   */
  @Nullable RankedHeap better(Solution solution, HeapAccount here) {
    Optional<String> current = Optional.of(here.name());
    for (RankedHeap each : life.supplies.planner().rank(target, solution, devices, current)) {
      if (each.account() == here) {
        return null;
      }
      if (solution.isAsGood(each.heap(), here)) {
        return each;
      }
    }
    return null;
  }

  /** Tells whether what was found counts still. The caller holds the lock. */
  boolean isCurrent() {
    return version == life.attachments.version() && target.isStoredLike(life.target());
  }
}
