package dev.dmabroker.internal;

import dev.dmabroker.Access;
import org.jspecify.annotations.Nullable;

/**
 * Lets one attachment's mappings in while the buffer lies in a place that suits it, and tells the
 * mover when they are out.
 *
 * <p><b>Why a map and a move never both win.</b> A mapper reads {@link #way}, takes a slot of the
 * {@link Occupancy} that it leads to, and then reads {@link #way} again. A mover first changes the
 * way ({@link #shut}, {@link #openToReaders}) and then looks at the slots. All these are volatile
 * accesses, which the Java memory model puts into one total order, so either the mapper sees that
 * the way is another, and leaves, or the mover sees the slot taken, and waits. That is Dekker's
 * argument; it needs no lock. A way is never used again once it was taken away, so seeing it twice
 * means that it was there all the time.
 *
 * <p><b>Why the mover is always woken.</b> Whoever leaves frees the slot first and then reads the
 * way ({@link Way#isWaitedFor}). If the mover saw the slot taken, it had changed the way before, so
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
final class Gate {

  /** Where mappings are let in to, and which; null while shut. */
  private volatile @Nullable Way way;

  /** Compared by identity. Keeps at hand what a map looks at, as each further look takes time. */
  static final class Way {
    private final Gate gate;
    private final Occupancy occupancy;
    private final Placement place;
    private final Slot first;
    private final boolean readersOnly;
    private final boolean watched;

    private Way(Gate gate, Occupancy occupancy, boolean readersOnly, boolean watched) {
      this.gate = gate;
      this.occupancy = occupancy;
      this.place = occupancy.place();
      this.first = occupancy.first();
      this.readersOnly = readersOnly;
      this.watched = watched;
    }

    Occupancy occupancy() {
      return occupancy;
    }

    Placement place() {
      return place;
    }

    /** Whether somebody may wait for who came by this way and has left. */
    @SuppressWarnings("ReferenceEquality")
    boolean isWaitedFor() {
      return gate.way != this || watched;
    }
  }

  /**
   * Lets a mapping in without a lock.
   *
   * @param own whether the calling thread gets it
   * @return null if the gate lets none in or the slots are all taken: the caller has to go by way
   *     of the buffer's lock, where it also reports that it turned back
   */
  @Nullable BufferMapping enter(
      Access access, boolean own, long nowNanos, @Nullable Throwable callSite) {
    Way here = way;
    if (here == null || (here.readersOnly && access.writes())) {
      return null;
    }
    Slot slot = here.first;
    long token = slot.tryTake(access);
    if (token == 0) {
      return enterBeside(here, access, own, nowNanos, callSite);
    }
    return confirm(here, slot, token, own, nowNanos, callSite);
  }

  private @Nullable BufferMapping enterBeside(
      Way here, Access access, boolean own, long nowNanos, @Nullable Throwable callSite) {
    for (Slot slot : here.occupancy.slots()) {
      long token = slot.tryTake(access);
      if (token != 0) {
        return confirm(here, slot, token, own, nowNanos, callSite);
      }
    }
    return null;
  }

  @SuppressWarnings("ReferenceEquality")
  private @Nullable BufferMapping confirm(
      Way here, Slot slot, long token, boolean own, long nowNanos, @Nullable Throwable callSite) {
    if (way != here) {
      slot.leave(token);
      return null;
    }
    slot.note(token, Thread.currentThread(), own, nowNanos, callSite);
    return new BufferMapping(here, slot, token);
  }

  /** What a mapping counts as having come by that the buffer let in itself. */
  Way past(Occupancy occupancy) {
    return new Way(this, occupancy, /* readersOnly= */ false, /* watched= */ true);
  }

  void open(Occupancy occupancy) {
    way = new Way(this, occupancy, /* readersOnly= */ false, /* watched= */ false);
  }

  /** Open, but whoever leaves reports. */
  void watch(Occupancy occupancy) {
    way = new Way(this, occupancy, /* readersOnly= */ false, /* watched= */ true);
  }

  void openToReaders(Occupancy occupancy) {
    way = new Way(this, occupancy, /* readersOnly= */ true, /* watched= */ false);
  }

  void shut() {
    way = null;
  }

  boolean isFullyOpenAt(Placement place) {
    Way here = way;
    return here != null && here.place == place && !here.readersOnly && !here.watched;
  }

  /** Where a mapping with this access would be let in now; null if nowhere. */
  @Nullable Way lets(Access access) {
    Way here = way;
    return here == null || (here.readersOnly && access.writes()) ? null : here;
  }
}
