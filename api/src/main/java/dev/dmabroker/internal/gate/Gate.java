package dev.dmabroker.internal.gate;

import dev.dmabroker.internal.runtime.Caller;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.internal.watch.Leakable;
import dev.dmabroker.internal.watch.Leaks;
import dev.dmabroker.spec.Access;
import org.jspecify.annotations.Nullable;

/**
 * Lets one attachment's mappings in while the buffer lies in a place that suits it, and tells the
 * mover when they are out.
 *
 * <p><b>Why a map and a move never both win.</b> A mapper reads {@link #entrance}, takes a slot of
 * the {@link Occupancy} that it leads to, and then reads {@link #entrance} again. A mover first
 * changes the way ({@link #shut}, {@link #openToReaders}) and then looks at the slots. All these
 * are volatile accesses, which the Java memory model puts into one total order, so either the
 * mapper sees that the way is another, and leaves, or the mover sees the slot taken, and waits.
 * That is Dekker's argument; it needs no lock. A way is never used again once it was taken away, so
 * seeing it twice means that it was there all the time.
 *
 * <p><b>Why the mover is always woken.</b> Whoever leaves frees the slot first and then reads the
 * way ({@link #isWaitedFor}). If the mover saw the slot taken, it had changed the way before, so
 * the one that leaves sees that and reports to the buffer. A mapper that had to turn back reports
 * as well, as the mover may have taken it for a mapping.
 *
 * <p><b>Why readers need not be waited for.</b> While contents are copied, the way lets in readers
 * only, to the old place. After the move it leads to the new place, whose occupancy is another. So
 * the old place's occupancies only lose mappings from then on, and its memory is given back when
 * they are empty: by the same two arguments nobody is missed and the last one reports.
 *
 * <p>The way is changed under the buffer's lock; everything else happens anywhere. Each attachment
 * has slots of its own, so two devices that map one buffer never write the same cache line.
 */
public final class Gate {

  /** How the gates of the devices are that a place suits; those of the others are shut. */
  public enum Opening {
    /** The gates let every mapping in. */
    OPEN,
    /** The gates let every mapping in, and each that leaves is reported. */
    WATCHED,
    /** The gates let readers in. */
    TO_READERS
  }

  /** Where mappings are let in to, and which; null while shut. */
  private volatile @Nullable Entrance entrance;

  /** Compared by identity. Keeps at hand what a map looks at, as each further look takes time. */
  static final class Entrance {
    private final Occupancy occupancy;
    private final Place place;
    private final Slot first;
    private final boolean readersOnly;
    private final boolean watched;

    /** Of the one mapping that came by this way, if it is to be found when it is lost. */
    private @Nullable FollowedMapping followed;

    private Entrance(Occupancy occupancy, boolean readersOnly, boolean watched) {
      this.occupancy = occupancy;
      this.place = occupancy.place();
      this.first = occupancy.first();
      this.readersOnly = readersOnly;
      this.watched = watched;
    }

    Occupancy occupancy() {
      return occupancy;
    }

    Place place() {
      return place;
    }

    /** Nobody can lose the mapping any more. */
    void endFollowing() {
      if (followed != null) {
        followed.end();
      }
    }
  }

  /**
   * Lets a mapping in without a lock.
   *
   * @param own whether the calling thread gets it
   * @param tickedNanos what the {@link dev.dmabroker.internal.runtime.Clock#ticked clock} says
   * @return null if the gate lets none in or the slots are all taken: the caller has to go by way
   *     of the buffer's lock, where it also reports that it turned back
   */
  @Nullable BufferMapping enter(Access access, boolean own, long tickedNanos) {
    Entrance here = entrance;
    if (here == null || (here.readersOnly && access.writes())) {
      return null;
    }
    Slot slot = here.first;
    long token = slot.tryTake(access);
    if (token == 0) {
      return enterBeside(here, access, own, tickedNanos);
    }
    return confirm(here, slot, token, own, tickedNanos);
  }

  private @Nullable BufferMapping enterBeside(
      Entrance here, Access access, boolean own, long tickedNanos) {
    for (Slot slot : here.occupancy.slots()) {
      long token = slot.tryTake(access);
      if (token != 0) {
        return confirm(here, slot, token, own, tickedNanos);
      }
    }
    return null;
  }

  @SuppressWarnings("ReferenceEquality")
  private @Nullable BufferMapping confirm(
      Entrance here, Slot slot, long token, boolean own, long tickedNanos) {
    if (entrance != here) {
      slot.leave(token);
      return null;
    }
    Entrance by = note(here, slot, token, own, tickedNanos);
    // Made in one place and after the calls, or the compiler could not do without it.
    return new BufferMapping(this, by, slot, token);
  }

  /** Notes who took the slot, and gives the way that the mapping came by. */
  private Entrance note(Entrance here, Slot slot, long token, boolean own, long tickedNanos) {
    long nowNanos = tickedNanos;
    Entrance by = here;
    if (nowNanos == 0) {
      Services services = here.occupancy.attachment().services();
      nowNanos = services.clock().exact();
      Throwable where = services.callSites().site(nowNanos);
      if (where != null) {
        by = follow(here, slot, token, where);
      }
    }
    slot.note(token, Caller.current(), own, nowNanos);
    return by;
  }

  /**
   * Lets a mapping in whether the gate is open or not, under the buffer's lock.
   *
   * @param who asked for it, which need not be the calling thread
   * @param own whether that one gets it
   * @param where it was asked for
   */
  BufferMapping admit(
      Occupancy occupancy,
      Access access,
      Object who,
      boolean own,
      long nowNanos,
      @Nullable Throwable where) {
    Entrance by = lets(access);
    if (by == null || by.occupancy != occupancy) {
      by = new Entrance(occupancy, /* readersOnly= */ false, /* watched= */ true);
    }
    Slot slot = occupancy.take(access);
    long token = slot.word;
    try {
      Entrance entrance = where == null ? by : follow(by, slot, token, where);
      slot.note(token, who, own, nowNanos);
      return new BufferMapping(this, entrance, slot, token);
    } catch (RuntimeException | Error e) {
      slot.leave(token); // There may be no memory to make objects of.
      throw e;
    }
  }

  /**
   * Notes where the slot was taken, before the rest is noted, and makes a way for that one mapping
   * alone, which is lost with it. So a mapping needs no field to be followed, and whoever closes
   * one looks at nothing that it does not look at anyway.
   */
  private Entrance follow(Entrance here, Slot slot, long token, Throwable where) {
    slot.noteSite(token, where);
    Leaks leaks = here.occupancy.attachment().services().leaks();
    if (!leaks.isTracking()) {
      return here;
    }
    try {
      Entrance own = new Entrance(here.occupancy, here.readersOnly, here.watched);
      own.followed =
          new FollowedMapping(
              new Leakable.Origin(own, where), leaks, new BufferMapping(this, here, slot, token));
      return own;
    } catch (OutOfMemoryError | StackOverflowError e) {
      return here; // No map fails because it cannot be followed.
    }
  }

  /**
   * A mapping that came by this way has left. Which one is not told: what is an argument of a call
   * that is too rare for the compiler to inline has to be made.
   */
  void left(Entrance by) {
    if (isWaitedFor(by)) {
      by.endFollowing();
      by.occupancy.attachment().buffer().left();
    }
  }

  /** The same after a fence, from a thread that must not be held up. */
  void leftOnTime(Entrance by) {
    if (isWaitedFor(by)) {
      by.occupancy.attachment().buffer().leftOnTime();
    }
  }

  /** Whether somebody may wait for who came by this way and has left, or it was followed. */
  @SuppressWarnings("ReferenceEquality")
  boolean isWaitedFor(Entrance by) {
    return entrance != by || by.watched;
  }

  void open(Occupancy occupancy) {
    entrance = new Entrance(occupancy, /* readersOnly= */ false, /* watched= */ false);
  }

  /** Open, but whoever leaves reports. */
  void watch(Occupancy occupancy) {
    entrance = new Entrance(occupancy, /* readersOnly= */ false, /* watched= */ true);
  }

  void openToReaders(Occupancy occupancy) {
    entrance = new Entrance(occupancy, /* readersOnly= */ true, /* watched= */ false);
  }

  public void shut() {
    entrance = null;
  }

  boolean isFullyOpenAt(Place place) {
    Entrance here = entrance;
    return here != null && here.place == place && !here.readersOnly && !here.watched;
  }

  /** Where a mapping with this access would be let in now; null if nowhere. */
  public @Nullable Entrance lets(Access access) {
    Entrance here = entrance;
    return here == null || (here.readersOnly && access.writes()) ? null : here;
  }
}
