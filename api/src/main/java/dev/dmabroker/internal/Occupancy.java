package dev.dmabroker.internal;

import dev.dmabroker.Access;
import dev.dmabroker.Holder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One attachment's mappings in one placement. {@link #admit} is called under the buffer's lock;
 * everything else from anywhere. What it says of who is in is final only once the {@link Gate} lets
 * nobody in any more.
 */
final class Occupancy {
  private final AttachedDevice attachment;
  private final Placement place;

  private final Slot first = new Slot();

  /** Grown by copying, never shrunk: as many as were taken at once. */
  private volatile Slot[] slots = {first};

  Occupancy(AttachedDevice attachment, Placement place) {
    this.attachment = attachment;
    this.place = place;
  }

  AttachedDevice attachment() {
    return attachment;
  }

  Placement place() {
    return place;
  }

  Slot first() {
    return first;
  }

  Slot[] slots() {
    return slots;
  }

  /**
   * Lets a mapping in whether the gate is open or not, making room if needed.
   *
   * @param way what it counts as having come by
   * @param who asked for it, which need not be the calling thread
   * @param own whether that one gets it
   * @param where it was asked for
   */
  BufferMapping admit(
      Gate.Way way,
      Access access,
      Thread who,
      boolean own,
      long nowNanos,
      @Nullable Throwable where) {
    for (Slot slot : slots) {
      long token = slot.tryTake(access);
      if (token != 0) {
        slot.note(token, who, own, nowNanos, where);
        return new BufferMapping(way, slot, token);
      }
    }
    Slot[] more = Arrays.copyOf(slots, slots.length + 1);
    Slot added = new Slot();
    long token = added.tryTake(access);
    added.note(token, who, own, nowNanos, where);
    more[slots.length] = added;
    slots = more;
    return new BufferMapping(way, added, token);
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

  boolean isHeldBy(Thread thread, boolean writing) {
    for (Slot slot : slots) {
      if (slot.isTakenBy(thread, writing)) {
        return true;
      }
    }
    return false;
  }

  /** Adds the threads that made mappings which are still out, as far as they can be seen. */
  void addThreads(boolean writing, List<Thread> threads) {
    for (Slot slot : slots) {
      Thread thread = slot.thread;
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
      Thread thread = slot.thread;
      long since = noted ? slot.sinceNanos : nowNanos;
      holders.add(
          new Holder(
              buffer,
              device,
              Slot.access(token),
              Duration.ofNanos(Math.max(0, nowNanos - since)),
              noted && thread != null ? thread.getName() : "unknown thread",
              noted ? Optional.ofNullable(slot.callSite) : Optional.empty(),
              Slot.isFenced(token)));
    }
  }
}
