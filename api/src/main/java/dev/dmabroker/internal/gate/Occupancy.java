package dev.dmabroker.internal.gate;

import dev.dmabroker.Holder;
import dev.dmabroker.internal.runtime.Caller;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One attachment's mappings in one placement. {@link #take} is called under the buffer's lock;
 * everything else from anywhere. What it says of who is in is final only once the {@link Gate} lets
 * nobody in any more.
 */
final class Occupancy {
  private final AttachedDevice attachment;
  private final Place place;

  private final Slot first = new Slot();

  /** Grown by copying, never shrunk: as many as were taken at once. */
  private volatile Slot[] slots = {first};

  Occupancy(AttachedDevice attachment, Place place) {
    this.attachment = attachment;
    this.place = place;
  }

  AttachedDevice attachment() {
    return attachment;
  }

  Place place() {
    return place;
  }

  Slot first() {
    return first;
  }

  Slot[] slots() {
    return slots;
  }

  /** Takes a slot, making room if needed. */
  Slot take(Access access) {
    for (Slot slot : slots) {
      if (slot.tryTake(access) != 0) {
        return slot;
      }
    }
    Slot added = new Slot();
    long unused = added.tryTake(access);
    Slot[] more = Arrays.copyOf(slots, slots.length + 1);
    more[slots.length] = added;
    slots = more;
    return added;
  }

  boolean isEmpty() {
    for (Slot slot : slots) {
      if (!slot.isFree()) {
        return false;
      }
    }
    return true;
  }

  boolean hasWriters() {
    for (Slot slot : slots) {
      if (slot.isWriting()) {
        return true;
      }
    }
    return false;
  }

  /** Mappings that there have been; one that turned back at a shut gate counts too. */
  long takings() {
    long sum = 0;
    for (Slot slot : slots) {
      sum += slot.takings();
    }
    return sum;
  }

  /** When the last mapping began, or {@code otherwise} if that is later, as far as can be seen. */
  long lastUseNanos(long otherwise) {
    long last = otherwise;
    for (Slot slot : slots) {
      if (slot.wasUsed() && slot.sinceNanos - last > 0) {
        last = slot.sinceNanos;
      }
    }
    return last;
  }

  boolean isHeldBy(Object thread, boolean writing) {
    for (Slot slot : slots) {
      if (slot.isTakenBy(thread, writing)) {
        return true;
      }
    }
    return false;
  }

  /** Adds the threads that made mappings which are still out, as far as they can be seen. */
  void addThreads(boolean writing, List<Object> threads) {
    for (Slot slot : slots) {
      Object thread = slot.thread;
      if (thread != null && slot.isTakenBy(thread, writing)) {
        threads.add(thread);
      }
    }
  }

  /** Adds those who hold mappings, as far as they can be seen. */
  void addHolders(String buffer, String device, long nowNanos, List<Holder> holders) {
    for (Slot slot : slots) {
      long token = slot.word;
      if (Slot.isFree(token)) {
        continue;
      }
      boolean noted = slot.isNoted(token);
      Object thread = slot.thread;
      long since = noted ? slot.sinceNanos : nowNanos;
      holders.add(
          new StateRecords.Holder(
              buffer,
              device,
              Slot.access(token),
              Duration.ofNanos(Math.max(0, nowNanos - since)),
              noted && thread != null ? Caller.name(thread) : "unknown thread",
              Optional.ofNullable(slot.callSite(token)),
              Slot.isFenced(token)));
    }
  }
}
