package dev.dmabroker.internal.buffer;

import dev.dmabroker.Holder;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.Attachments;
import dev.dmabroker.internal.gate.Gate;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.heap.Budgets;
import dev.dmabroker.internal.move.MoveQueue;
import dev.dmabroker.internal.move.Retries;
import dev.dmabroker.internal.placement.Target;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Settings;
import dev.dmabroker.internal.runtime.StateLock;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.Leakable;
import dev.dmabroker.internal.watch.Listeners;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.BufferSpec;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The life of a buffer: its states, and what leads from one to the next. {@link ManagedBuffer} is
 * what applications call, {@link Request} what they wait for, {@link Moving} a move as it changes
 * the buffer, {@link Ending} its end.
 *
 * <pre>
 * from       to          when
 * UNBACKED   ALLOCATING  a device maps, or the application prepares
 * UNBACKED   RESIDENT    adopted in memory that was there before
 * ALLOCATING RESIDENT    a heap gave memory
 * ALLOCATING UNBACKED    no heap did; the waiters get the reason
 * RESIDENT   PREPARING   a device is attached that the place does not suit
 * PREPARING  DRAINING    memory elsewhere is there, populated; the gates let in readers only
 * PREPARING  RESIDENT    there is none, or no device needs it any more
 * DRAINING   MOVING      the last mapping that writes is closed, and the kernel's fences signalled
 * DRAINING   RESIDENT    nothing has to be copied; or the deadline has passed: rolled back, and
 *                        tried again later
 * MOVING     RESIDENT    copied, in the new place; or copying failed, in the old one
 * RESIDENT   DRAINING    the memory is to be given back
 * DRAINING   UNBACKED    the last mapping is closed, and it was given back
 * RESIDENT   UNBACKED    given back at once, as it was idle
 * UNBACKED   RELEASED    the last reference is closed and nothing is attached, or the broker closed
 * RESIDENT   RELEASED    as from UNBACKED, once the last mapping is closed
 * </pre>
 *
 * <p>A settled buffer is mapped through its attachments' {@link Gate}s without coming here. All
 * else happens under {@link #lock}, and what it entails after the lock is released ({@link
 * AfterLock}). Gates are open in RESIDENT and PREPARING, each if the place suits its device; during
 * a move they let in readers, and otherwise they are shut. The contents are in {@link #place} in
 * every state that has one; a {@linkplain dev.dmabroker.internal.move.Relocation move} writes to
 * other memory and changes {@link #place} last, so a failure at any step loses nothing.
 */
public final class BufferLife extends Leakable {
  public final Supplies supplies;
  final long id;
  final String name;
  final BufferSpec spec;

  /** Every way to store the buffer. */
  private final Target target;

  final Budgets.Reservation reservation;
  final StateLock lock;
  final Attachments attachments = new Attachments();
  final Requests requests = new Requests();
  final Retries retries;
  final Trust trust = new Trust(this);

  /** The buffers that this buffer moves in turn with. */
  final MoveQueue<BufferLife> queue;

  /** Seeks memory in ALLOCATING and PREPARING. */
  final MemorySearch search;

  /** Written by {@link #become} only. */
  private State state = State.UNBACKED;

  /** Where the buffer lies; null while it has no memory. */
  @Nullable Place place;

  long generation;

  /** The move under way; null but in PREPARING, MOVING and, without an evacuation, DRAINING. */
  @Nullable Moving moving;

  /** The request to give the memory back; null but in DRAINING. */
  Queued.@Nullable Evacuation evacuation;

  RetiredPlaces retired = RetiredPlaces.NONE;

  /** The pins that hold the buffer; empty in every state but RESIDENT. */
  Pins pins = Pins.NONE;

  StateRecords.MoveStats moves;

  /** What asked last for the move that is wanted, or that is under way. */
  BufferMove.Cause moveCause = BufferMove.Cause.ATTACH;

  /** How many mappings there were in places that were given back. */
  long formerTakings;

  @Nullable MoveFailedException lastFailure;
  boolean referenceClosed;
  boolean brokerClosed;

  /** Whether the buffer was adopted in memory that it never leaves. */
  public boolean stays;

  BufferLife(
      Supplies supplies,
      long id,
      String name,
      Target target,
      Budgets.Reservation reservation,
      MoveQueue<BufferLife> queue,
      @Nullable Origin origin) {
    super(origin, supplies.services().leaks());
    this.queue = queue;
    this.moves = supplies.services().noMoves();
    this.reservation = reservation;
    this.id = id;
    this.target = target;
    this.supplies = supplies;
    this.lock = new BufferLock(this);
    this.name = name;
    this.spec = target.spec();
    Settings settings = supplies.services().settings();
    this.search = new MemorySearch(this);
    this.retries = new Retries(settings.firstBackOff(), settings.maxMoveAttempts());
  }

  public Services services() {
    return supplies.services();
  }

  // ---- The state; under the lock ----

  State state() {
    return state;
  }

  boolean isResident() {
    return state == State.RESIDENT;
  }

  /** A change that threw is undone: the buffer is in the state that it was in before. */
  void putBack(State before) {
    state = before;
  }

  /**
   * Goes to another state. If the change throws after that, the buffer is in the state before it,
   * with all that belonged to that ({@link BufferLock}).
   *
   * @throws IllegalStateException if no line of the table leads there
   */
  void become(State next) {
    if (!leads(state, next)) {
      throw new IllegalStateException(name + " is " + state + " and cannot become " + next);
    }
    if (next == State.ALLOCATING || next == State.PREPARING) {
      search.begin();
    }
    state = next;
  }

  private static boolean leads(State from, State to) {
    return switch (from) {
      case UNBACKED -> to == State.ALLOCATING || to == State.RESIDENT || to == State.RELEASED;
      case ALLOCATING -> to == State.RESIDENT || to == State.UNBACKED;
      case RESIDENT ->
          to == State.PREPARING
              || to == State.DRAINING
              || to == State.UNBACKED
              || to == State.RELEASED;
      case PREPARING -> to == State.DRAINING || to == State.RESIDENT;
      case DRAINING -> to == State.MOVING || to == State.RESIDENT || to == State.UNBACKED;
      case MOVING -> to == State.RESIDENT;
      case RELEASED -> false;
    };
  }

  // ---- Memory ----

  /** Begins with memory that was there before; no other thread knows the buffer yet. */
  void adopt(Place adopted, boolean stays) {
    lock.change(
        after -> {
          this.stays = stays;
          place = adopted;
          generation = adopted.generation();
          become(State.RESIDENT);
          attachments.openGates(adopted, Gate.Opening.OPEN);
        });
  }

  /** In RESIDENT or DRAINING, idle and with the gates shut: gives the memory back. */
  void giveBack(AfterLock after) {
    release(after, resident());
    place = null;
    after.then(search::trimReservation);
    become(State.UNBACKED);
    grantEvacuations(after);
    allocateIfWanted(after);
  }

  /** In UNBACKED: requests to give the memory back have what they want. */
  void grantEvacuations(AfterLock after) {
    requests.serve(request -> request.wantsMemoryBack() && request.serve(after));
  }

  private void allocateIfWanted(AfterLock after) {
    if (state == State.UNBACKED && requests.first().isPresent()) {
      beginAllocation(/* inCaller= */ false, after);
    }
  }

  /** In UNBACKED: has memory sought, in the calling thread or on a worker. */
  void beginAllocation(boolean inCaller, AfterLock after) {
    FirstAllocation allocation = new FirstAllocation(this);
    after.then(inCaller ? allocation : () -> services().workers().execute(allocation));
    become(State.ALLOCATING);
  }

  /**
   * The buffer does not lie there any more: gives the memory back now, or after its last reader.
   */
  void retire(Place old, AfterLock after) {
    if (old.isIdle()) {
      release(after, old);
    } else {
      retired = retired.with(old);
    }
  }

  void releaseRetired(AfterLock after) {
    retired = retired.release(old -> release(after, old));
  }

  void release(AfterLock after, Place old) {
    old.endLeases(after); // The last use may have ended, and not been reported yet.
    formerTakings += old.takings();
    var event = new EventRecords.MemoryReleased(name, old.heap().name(), old.sizeBytes());
    after.giveBack(old::release);
    after.giveBack(() -> services().listeners().tell(listener -> listener.released(event)));
  }

  // ---- Transitions that several ways lead to; all under the lock ----

  /**
   * In RESIDENT: opens the gates, serves the queue in its order, and looks for a device that is not
   * suited.
   */
  void settle(AfterLock after) {
    if (Ending.releaseIfOver(this, after)) {
      return;
    }
    attachments.openGates(resident(), Gate.Opening.OPEN);
    boolean pinnedBefore = isPinned();
    serveQueue(after);
    if (isPinned() && !pinnedBefore) {
      serveQueue(after); // Some requests may have to be refused now.
    }
    Moving.seek(this, after);
    allocateIfWanted(after);
  }

  void serveQueue(AfterLock after) {
    requests.serve(request -> request.serve(after));
  }

  /** A mapping was closed: checks what waited for that, and goes on with it. */
  void advance(AfterLock after) {
    retired.places().forEach(old -> old.endLeases(after));
    releaseRetired(after);
    if (place != null) {
      place.endLeases(after);
      place.prune(after);
      trust.judge(place, after);
    }
    if (Ending.releaseIfOver(this, after)) {
      return;
    }
    if (moving != null) {
      moving.advanceMove(after);
    } else if (evacuation != null && resident().isIdle()) {
      evacuation.end(after);
    }
  }

  // ---- Pins; under the lock ----

  boolean isPinned() {
    return (stays && place != null) || !pins.isEmpty();
  }

  HeldPin pin(AttachedDevice attachment) {
    HeldPin pin = new HeldPin(this, attachment, resident());
    pins = pins.with(pin);
    return pin;
  }

  @SuppressWarnings("ReferenceEquality") // Without what is not there they are the same object.
  void unpin(Predicate<HeldPin> which, AfterLock after) {
    Pins left = pins.without(which);
    if (left == pins) {
      return;
    }
    pins = left;
    if (!isPinned()) {
      retries.startOver();
      trust.judge(resident(), after);
      Moving.seek(this, after);
    }
  }

  // ---- Looking; under the lock ----

  /** The ways in which the buffer may be stored: contents that are there stay as they are. */
  Target target() {
    return place == null || !place.isWritten() ? target : target.storedAs(place.layout());
  }

  Place resident() {
    if (place == null) {
      throw new IllegalStateException(name + " has no memory in state " + state);
    }
    return place;
  }

  /** Whether no device needs a move. */
  boolean isSettled() {
    return attachments.isSuited(resident());
  }

  BufferReport report() {
    return new BufferReport(this);
  }

  void tell(AfterLock after, Consumer<BrokerListener> event) {
    Listeners listeners = services().listeners();
    if (!listeners.isEmpty()) {
      after.then(() -> listeners.tell(event));
    }
  }

  // ---- Looking; takes the lock ----

  public List<Holder> currentHolders() {
    return looking(BufferReport::holders);
  }

  BufferErrors currentErrors() {
    return looking(BufferReport::errors);
  }

  public BrokerSnapshot.BufferState snapshot() {
    return looking(BufferReport::snapshot);
  }

  <T> T looking(Function<BufferReport, T> look) {
    synchronized (lock) {
      return look.apply(report());
    }
  }

  /** How many mappings there were in places that are gone: all of them, once the buffer is gone. */
  long formerTakings() {
    return looking(report -> formerTakings);
  }

  @Override
  public void lost() {
    services().workers().execute(() -> Ending.lost(this));
  }

  /** Gives sets of buffers an order that does not depend on where objects lie. */
  @Override
  public int hashCode() {
    return Long.hashCode(id);
  }

  @Override
  public String toString() {
    return name;
  }
}
