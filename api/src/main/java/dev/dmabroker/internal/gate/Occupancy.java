package dev.dmabroker.internal.gate;

import dev.dmabroker.Holder;
import dev.dmabroker.internal.runtime.Caller;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The mappings of one attachment in one place. {@link #take} is called under the buffer's lock,
 * everything else from any thread. What it says about mappings that are in is final only once the
 * {@link Gate} lets in no mapping any more.
 */
final class Occupancy {
  private final AttachedDevice attachment;
  private final Place place;

  /** The slot that a gate hands out first, without looking at the others. */
  private final Slot first = new Slot();

  /**
   * The slots, as many as were ever taken at once. The array grows by copying and never shrinks.
   */
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

  /** Takes the first slot that is free; null if there is none. */
  @Nullable Slot tryTake(Access access) {
    for (Slot slot : slots) {
      if (slot.tryTake(access) != 0) {
        return slot;
      }
    }
    return null;
  }

  /** Takes a slot, making room if needed. */
  Slot take(Access access) {
    Slot taken = tryTake(access);
    if (taken != null) {
      return taken;
    }
    Slot added = new Slot();
    long unused = added.tryTake(access);
    Slot[] more = Arrays.copyOf(slots, slots.length + 1);
    more[slots.length] = added;
    // The new slot is taken before other threads can see it.
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

  /** Whether the attachment was detached, and has no mapping out. */
  boolean isForgettable() {
    return attachment.isDetached() && isEmpty();
  }

  boolean hasWriters() {
    for (Slot slot : slots) {
      if (slot.isWriting()) {
        return true;
      }
    }
    return false;
  }

  /** How many mappings there have been. A mapping that turned back at a shut gate counts too. */
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

  /** Whether the thread has made a mapping that is still out; of those that write, if so asked. */
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

  /** Adds the holders of mappings, as far as they can be seen. */
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
              slot.callSite(token),
              Slot.isFenced(token)));
    }
  }
}
