package dev.dmabroker.internal;

import dev.dmabroker.Access;
import dev.dmabroker.Holder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets one attachment's mappings in while the buffer lies in a place that suits it, and tells the
 * mover when all are out.
 *
 * <p><b>Why both a map and a move never win.</b> A mapper first takes a slot and then reads {@link
 * #place}. A mover first takes the place away ({@link #shut}) and then looks at the slots. All four
 * are volatile accesses, which the Java memory model puts into one total order, so either the
 * mapper sees that the place is gone, and leaves, or the mover sees the slot taken, and waits. That
 * is Dekker's argument; it needs no lock.
 *
 * <p><b>Why the mover is always woken.</b> Whoever leaves frees its slot first and then reads the
 * place ({@link #isOpenAt}). If the mover saw the slot taken, it had taken the place away before,
 * so the one that leaves sees that and reports to the buffer. A mapper that had to turn back
 * reports as well, as the mover may have taken it for a mapping.
 *
 * <p>{@link #open}, {@link #shut} and {@link #admit} are called under the buffer's lock; everything
 * else from anywhere. Each gate's slots are its own, so two devices that map one buffer never write
 * the same cache line.
 */
final class Gate {

  /** Where mappings are let in to; null while shut. */
  private volatile @Nullable Placement place;

  /** Grown by copying, never shrunk: as many as mappings of this attachment were out at once. */
  private volatile Slot[] slots = {new Slot()};

  /** A taken slot and the place that it keeps from being given back. */
  record Pass(Slot slot, long token, Placement place) {
    boolean isHeld() {
      return slot.isTakenBy(token);
    }

    /** Frees the slot: false if that has happened before. */
    boolean leave() {
      return slot.leave(token);
    }
  }

  /**
   * Lets a mapping in without a lock.
   *
   * @return null if the gate is shut or its slots are all taken: the caller has to go by way of the
   *     buffer's lock, where it also reports that it turned back
   */
  @Nullable Pass enter(Access access, boolean recordCallSite) {
    for (Slot slot : slots) {
      long token = slot.tryTake(access);
      if (token != 0) {
        Placement here = place;
        if (here == null) {
          slot.leave(token);
          return null;
        }
        slot.note(token, Thread.currentThread(), callSite(recordCallSite));
        return new Pass(slot, token, here);
      }
    }
    return null;
  }

  static @Nullable Throwable callSite(boolean recorded) {
    return recorded ? new Throwable("mapped here") : null;
  }

  /** Lets the calling thread's mapping in to {@code here}; see below. */
  Pass admit(Placement here, Access access, boolean recordCallSite) {
    return admit(here, access, Thread.currentThread(), callSite(recordCallSite));
  }

  /**
   * Lets a mapping in to {@code here} whether the gate is open or not, making room if needed.
   *
   * @param who asked for it, which need not be the calling thread
   * @param where it was asked for
   */
  Pass admit(Placement here, Access access, Thread who, @Nullable Throwable where) {
    for (Slot slot : slots) {
      long token = slot.tryTake(access);
      if (token != 0) {
        slot.note(token, who, where);
        return new Pass(slot, token, here);
      }
    }
    Slot[] more = Arrays.copyOf(slots, slots.length + 1);
    Slot added = new Slot();
    long token = added.tryTake(access);
    added.note(token, who, where);
    more[slots.length] = added;
    slots = more;
    return new Pass(added, token, here);
  }

  void open(Placement here) {
    place = here;
  }

  void shut() {
    place = null;
  }

  boolean isOpen() {
    return place != null;
  }

  boolean isOpenAt(Placement here) {
    return place == here;
  }

  boolean isEmpty() {
    for (Slot slot : slots) {
      if (!slot.isFree()) {
        return false;
      }
    }
    return true;
  }

  /** When the last mapping began, or {@code otherwise} if that is later, as far as can be seen. */
  long lastUseNanos(long otherwise) {
    long last = otherwise;
    for (Slot slot : slots) {
      if (slot.noted != 0 && slot.sinceNanos - last > 0) {
        last = slot.sinceNanos;
      }
    }
    return last;
  }

  boolean isHeldBy(Thread thread) {
    for (Slot slot : slots) {
      if (slot.isTakenBy(thread)) {
        return true;
      }
    }
    return false;
  }

  /** Adds those who hold mappings, as far as they can be seen. */
  void addHolders(String buffer, String device, long nowNanos, List<Holder> holders) {
    for (Slot slot : slots) {
      long token = slot.word;
      if (Slot.isFree(token)) {
        continue;
      }
      boolean noted = slot.noted == token;
      Thread thread = slot.thread;
      long since = noted ? slot.sinceNanos : nowNanos;
      holders.add(
          new Holder(
              buffer,
              device,
              Slot.access(token),
              Duration.ofNanos(Math.max(0, nowNanos - since)),
              noted && thread != null ? thread.getName() : "unknown thread",
              noted ? Optional.ofNullable(slot.callSite) : Optional.empty()));
    }
  }
}
