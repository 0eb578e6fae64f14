package dev.dmabroker.internal.gate;

import dev.dmabroker.internal.runtime.Caller;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.internal.watch.Leakable;
import dev.dmabroker.internal.watch.Leaks;
import dev.dmabroker.spec.Access;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Lets one attachment's mappings in while the buffer lies in a place that suits it, and tells the
 * mover when they are out.
 *
 * <p><b>Why a map and a move never both win.</b> A mapper reads {@link #entrance}, takes a slot of
 * the {@link Occupancy} that it leads to, and then reads {@link #entrance} again. A mover first
 * changes the entrance ({@link #shut}, {@link #openToReaders}) and then looks at the slots. The
 * taking, the mapper's second read, the mover's change and its look are volatile accesses, which
 * the Java memory model puts into one total order. So either the mapper's second read sees that the
 * entrance is another, and the mapper leaves; or the change comes after that read, so the look
 * comes after the taking, and the mover sees the slot taken, and waits. That is Dekker's argument;
 * it needs no lock.
 *
 * <p><b>Why the mapper's first read need not be volatile.</b> The argument does not use it: it only
 * says which slot to try. It is opaque, so it sees a change in the end, and what it sees may be out
 * of date; then the mapper takes a slot that leads nowhere any more, finds that out by the second
 * read, and leaves. All that it looks at before the second read it reaches through final fields of
 * the entrance, which are there however the entrance was found. For the same reason the mapper may
 * guess what a free slot's word is ({@link Slot#guessFree}): the taking compares it with the word.
 * So the taking waits for no read of a word that this CPU has just written, and on CPUs where a
 * volatile read waits for the volatile writes before it, neither read waits for the last leaving.
 *
 * <p><b>Why the mover is always woken.</b> A mapping that leaves frees the slot first and then
 * reads the entrance ({@link #isWaitedFor}). If the mover saw the slot taken, it had changed the
 * entrance before, so the one that leaves sees that and reports to the buffer. A mapper that had to
 * turn back reports as well, as the mover may have taken it for a mapping.
 *
 * <p><b>Why readers need not be waited for.</b> While contents are copied, the entrance lets in
 * readers only, to the old place. After the move it leads to the new place, whose occupancy is
 * another. So the old place's occupancies only lose mappings from then on, and its memory is given
 * back when they are empty: by these two arguments no mapping is missed, and the last one reports.
 *
 * <p>An entrance is never used again once a change has taken it away, so the one that a mapper came
 * by tells whether any change was made since. Only a change that is undone puts it back, and then
 * it is as if there had been none ({@link #takeBack}). It is changed under the buffer's lock;
 * everything else happens anywhere. Each attachment has slots of its own, so two devices that map
 * one buffer never write the same cache line.
 */
public final class Gate {

  /** What the gates let in, for devices that the place suits; those of other devices are shut. */
  public enum Opening {
    /** The gates let every mapping in. */
    OPEN,
    /** The gates let every mapping in, and each that leaves is reported. */
    WATCHED,
    /** The gates let readers in. */
    TO_READERS
  }

  private static final VarHandle ENTRANCE;

  static {
    try {
      ENTRANCE = MethodHandles.lookup().findVarHandle(Gate.class, "entrance", Entrance.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * Where mappings are let in to, and which; null while shut. {@link Attachments} writes it too.
   */
  volatile @Nullable Entrance entrance;

  // The change under way uses these, under the buffer's lock. What it takes away is away at once,
  // so that it can look which mappings are in; what it lets in is let in once it is made.

  /** What the change lets in; null if it lets in nothing more than {@link #entrance} does. */
  @Nullable Entrance coming;

  /** The entrance before the change, if {@link #narrowed}. */
  @Nullable Entrance before;

  /** Whether the change has replaced the entrance. */
  boolean narrowed;

  /** Compared by identity. Keeps at hand what a map looks at, as each further look takes time. */
  static final class Entrance {
    private final Occupancy occupancy;
    private final Place place;
    private final Slot first;
    private final int lets;
    private final boolean watched;

    /** Of the one mapping that came by this way, if it is to be found when it is lost. */
    private @Nullable FollowedMapping followed;

    private Entrance(Occupancy occupancy, int lets, boolean watched) {
      this.occupancy = occupancy;
      this.place = occupancy.place();
      this.first = occupancy.first();
      this.lets = lets;
      this.watched = watched;
    }

    Occupancy occupancy() {
      return occupancy;
    }

    Place place() {
      return place;
    }

    /** The application can lose the mapping no more, as it is closed or fenced. */
    void endFollowing() {
      if (followed != null) {
        followed.end();
      }
    }
  }

  /**
   * Maps for the calling thread: without a lock if the gate lets it in, and otherwise as the asker
   * does. Applications map by this method instead of {@link #enter}. It makes the mapping in one
   * place, after all calls and for both ways, so that the compiler can do without the object, even
   * if the buffer was asked now and then.
   *
   * @param permitted the {@link Accesses} that the device declared
   * @param tickedNanos what the {@link dev.dmabroker.internal.runtime.Clock#ticked clock} says
   * @param asker is reachable for as long as it waits
   */
  BufferMapping map(Access access, int permitted, long tickedNanos, Asker asker) {
    Entrance here = letsIn(access, permitted);
    Entrance by = null;
    Slot taken = null;
    long token = 0;
    try {
      if (here != null) {
        Slot slot = here.first;
        long free = slot.guessFree();
        token = Slot.token(free, access);
        if (slot.tryTake(free, token)) {
          taken = slot;
        } else {
          taken = here.occupancy.tryTake(access);
          token = taken == null ? 0 : taken.word;
        }
        if (taken != null) {
          by = confirm(here, taken, token, access, /* own= */ true, tickedNanos);
        }
      }
      if (by == null || taken == null) {
        BufferMapping asked = asker.ask(access);
        by = asked.entrance;
        taken = asked.slot;
        token = asked.token;
      }
      return new BufferMapping(this, by, taken, token);
    } catch (VirtualMachineError e) {
      Entrance through = by == null ? here : by;
      if (taken != null && through != null && taken.word == token) {
        taken.word = token & -Slot.STEP; // As leave does, but there may be no stack for a call.
        left(through);
      }
      throw e;
    }
  }

  /**
   * Lets a mapping in without a lock.
   *
   * @param permitted the {@link Accesses} that the device declared
   * @param own whether the calling thread gets it
   * @param tickedNanos what the {@link dev.dmabroker.internal.runtime.Clock#ticked clock} says
   * @return null if the gate lets none in or the slots are all taken: the caller has to go by way
   *     of the buffer's lock, where it also reports that it turned back
   */
  @Nullable BufferMapping enter(Access access, int permitted, boolean own, long tickedNanos) {
    Entrance here = letsIn(access, permitted);
    if (here == null) {
      return null;
    }
    Slot taken = null;
    long token = 0;
    try {
      Slot slot = here.first;
      long free = slot.guessFree();
      token = Slot.token(free, access);
      if (slot.tryTake(free, token)) {
        taken = slot;
      } else {
        taken = here.occupancy.tryTake(access);
        if (taken == null) {
          return null;
        }
        token = taken.word;
      }
      Entrance by = confirm(here, taken, token, access, own, tickedNanos);
      return by == null ? null : new BufferMapping(this, by, taken, token);
    } catch (VirtualMachineError e) {
      if (taken != null && taken.word == token) {
        taken.word = token & -Slot.STEP; // As leave does, but there may be no stack for a call.
        left(here);
      }
      throw e;
    }
  }

  /** The mapper's first read: where it seems to be let in; null if nowhere. */
  private @Nullable Entrance letsIn(Access access, int permitted) {
    Entrance here = (Entrance) ENTRANCE.getOpaque(this);
    return here != null && (here.lets & permitted & Accesses.bit(access)) != 0 ? here : null;
  }

  /**
   * The mapper's second read, after it took the slot, and what is to be noted.
   *
   * @return the entrance that the mapping came by; null if it turned back, and left the slot
   */
  @SuppressWarnings("ReferenceEquality")
  private @Nullable Entrance confirm(
      Entrance here, Slot slot, long token, Access access, boolean own, long tickedNanos) {
    if (entrance != here) {
      slot.leave(token);
      return null;
    }
    if (Accesses.change(access)) {
      here.place.markWritten();
    }
    if (tickedNanos == 0) {
      return noteExactly(here, slot, token, own);
    }
    slot.note(token, Caller.current(), own, tickedNanos);
    return here;
  }

  /**
   * Notes that the slot was taken while the clock does not tick, which is so while maps are rare,
   * and where it was taken if that is due. A method of its own, so that the compiler may leave it
   * out of a map where they are frequent.
   */
  private Entrance noteExactly(Entrance here, Slot slot, long token, boolean own) {
    Services services = here.occupancy.attachment().services();
    long nowNanos = services.clock().exact();
    Throwable where = services.callSites().site(nowNanos);
    Entrance by = where == null ? here : follow(here, slot, token, where);
    slot.note(token, Caller.current(), own, nowNanos);
    return by;
  }

  /**
   * Lets a mapping in whether the gate is open or not, under the buffer's lock.
   *
   * @param caller asked for it; it need not be the calling thread
   * @param own whether the caller itself gets the mapping
   * @param where it was asked for
   */
  BufferMapping admit(
      Occupancy occupancy,
      Access access,
      Object caller,
      boolean own,
      long nowNanos,
      @Nullable Throwable where) {
    Entrance by = lets(access);
    if (by == null || by.occupancy != occupancy) {
      by = new Entrance(occupancy, Accesses.ALL, /* watched= */ true);
    }
    Slot slot = occupancy.take(access);
    long token = slot.word;
    try {
      Entrance entrance = where == null ? by : follow(by, slot, token, where);
      slot.note(token, caller, own, nowNanos);
      return new BufferMapping(this, entrance, slot, token);
    } catch (Throwable e) {
      slot.leave(token); // There may be no memory to make objects of.
      throw e;
    }
  }

  /**
   * Notes where the slot was taken, before the rest is noted, and makes an entrance that this
   * mapping alone refers to. When the application loses the mapping, that entrance becomes
   * unreachable too. So a mapping needs no field to be followed, and a holder that closes one looks
   * at nothing that it does not look at anyway.
   */
  private Entrance follow(Entrance here, Slot slot, long token, Throwable where) {
    slot.noteSite(token, where);
    Leaks leaks = here.occupancy.attachment().services().leaks();
    if (!leaks.isTracking()) {
      return here;
    }
    try {
      Entrance own = new Entrance(here.occupancy, here.lets, here.watched);
      own.followed =
          new FollowedMapping(
              new Leakable.Origin(own, where), leaks, new BufferMapping(this, here, slot, token));
      return own;
    } catch (OutOfMemoryError | StackOverflowError e) {
      return here; // No map fails because it cannot be followed.
    }
  }

  /**
   * A mapping that came by this entrance has left. The mapping itself is not passed: the call is
   * too rare for the compiler to inline, so an object passed to it would have to be made.
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

  /** Whether a mover may wait for a mapping that came by this entrance, or it was followed. */
  @SuppressWarnings("ReferenceEquality")
  boolean isWaitedFor(Entrance by) {
    return entrance != by || by.watched;
  }

  // ---- Changes; under the buffer's lock ----

  void open(Occupancy occupancy) {
    coming = new Entrance(occupancy, Accesses.ALL, /* watched= */ false);
  }

  /** Open, but each mapping that leaves is reported. */
  void watch(Occupancy occupancy) {
    narrow(new Entrance(occupancy, Accesses.ALL, /* watched= */ true));
  }

  void openToReaders(Occupancy occupancy) {
    narrow(new Entrance(occupancy, Accesses.READERS, /* watched= */ false));
  }

  /** Takes an entrance that lets in no more than the gate does, unless the gate is shut. */
  private void narrow(Entrance narrower) {
    if (entrance == null) {
      coming = narrower;
    } else {
      replace(narrower);
    }
  }

  public void shut() {
    replace(null);
  }

  private void replace(@Nullable Entrance narrower) {
    if (!narrowed) {
      before = entrance;
      narrowed = true;
    }
    coming = null;
    entrance = narrower;
  }

  /**
   * The change is undone: the gate lets in what it did. The mover has drawn no conclusion from what
   * it saw meanwhile, so it is as if the entrance had never been another.
   */
  void takeBack() {
    coming = null;
    if (narrowed) {
      entrance = before;
      before = null;
      narrowed = false;
    }
  }

  private @Nullable Entrance current() {
    return coming == null ? entrance : coming;
  }

  boolean isFullyOpenAt(Place place) {
    Entrance here = current();
    return here != null && here.place == place && here.lets == Accesses.ALL && !here.watched;
  }

  /** Where that access is let in, now or once the change under way is made; null if nowhere. */
  public @Nullable Entrance lets(Access access) {
    Entrance here = current();
    return here != null && (here.lets & Accesses.bit(access)) != 0 ? here : null;
  }

  /** Whether a lease may stand open there: no mover waits for its uses. */
  boolean letsStand(Occupancy there, Access access) {
    Entrance here = lets(access);
    return here != null && here.occupancy == there && !(here.watched && access.writes());
  }
}
