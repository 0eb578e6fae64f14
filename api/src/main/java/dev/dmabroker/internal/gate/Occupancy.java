package dev.dmabroker.internal.gate;

import dev.dmabroker.Holder;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Caller;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The mappings and leases of one attachment in one place. {@link #take} is called under the
 * buffer's lock, everything else from any thread. What it says about mappings that are in is final
 * only once the {@link Gate} lets in no mapping any more.
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

  /** The leases that are not over; under the buffer's lock. The list itself never changes. */
  private List<BufferLease> leases = List.of();

  /** When the last use of a lease that is over began; before that, when the memory came. */
  private long lastLeaseUse;

  Occupancy(AttachedDevice attachment, Place place) {
    this.attachment = attachment;
    this.place = place;
    this.lastLeaseUse = place.sinceNanos();
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

  /** Whether no mapping is in, and no lease in use. */
  boolean isEmpty() {
    for (Slot slot : slots) {
      if (!slot.isFree()) {
        return false;
      }
    }
    for (BufferLease lease : leases) {
      if (lease.isInUse()) {
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
    for (BufferLease lease : leases) {
      if (lease.access().writes() && lease.isInUse()) {
        return true;
      }
    }
    return false;
  }

  // ---- Leases; under the buffer's lock ----

  void add(BufferLease lease, AfterLock after) {
    List<BufferLease> more = new ArrayList<>(leases);
    more.add(lease);
    setLeases(more, after);
  }

  private void setLeases(List<BufferLease> next, AfterLock after) {
    List<BufferLease> before = leases;
    after.undo(() -> leases = before);
    leases = next;
  }

  /** Asks leases back. No use of them begins any more, so the looks that follow are final. */
  void recall(boolean onlyWriting, Recall why) {
    for (BufferLease lease : leases) {
      if (!onlyWriting || lease.access().writes()) {
        lease.recall(why);
      }
    }
    endLeases(why.after());
  }

  /** Forgets the leases that are over, and tells that those are back which were asked back. */
  void endLeases(AfterLock after) {
    if (leases.stream().noneMatch(BufferLease::isOver)) {
      return;
    }
    List<BufferLease> left = new ArrayList<>();
    for (BufferLease lease : leases) {
      if (lease.isOver()) {
        lease.tellReturned(after);
        after.then(lease::end);
        lastLeaseUse = later(lastLeaseUse, lease.lastUseNanos());
      } else {
        left.add(lease);
      }
    }
    setLeases(left, after);
  }

  private static long later(long one, long other) {
    return other - one > 0 ? other : one;
  }

  List<BufferLease> leases() {
    return leases;
  }

  /** How many mappings there have been. A mapping that turned back at a shut gate counts too. */
  long takings() {
    long sum = 0;
    for (Slot slot : slots) {
      sum += slot.takings();
    }
    return sum;
  }

  /**
   * When the last mapping or use began, or {@code otherwise} if that is later, as far as can be
   * seen.
   */
  long lastUseNanos(long otherwise) {
    long last = later(otherwise, lastLeaseUse);
    for (Slot slot : slots) {
      if (slot.wasUsed()) {
        last = later(last, slot.sinceNanos);
      }
    }
    for (BufferLease lease : leases) {
      last = later(last, lease.lastUseNanos());
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
    for (BufferLease lease : leases) {
      if (lease.isUsedBy(thread) && (!writing || lease.access().writes())) {
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
    for (BufferLease lease : leases) {
      if (!writing || lease.access().writes()) {
        threads.addAll(lease.waiting());
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
              Slot.isFenced(token),
              /* leaseUses= */ 0));
    }
    for (BufferLease lease : leases) {
      Holder held = lease.held(buffer, nowNanos);
      if (held != null) {
        holders.add(held);
      }
    }
  }
}
