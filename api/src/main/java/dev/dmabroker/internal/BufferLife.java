package dev.dmabroker.internal;

import dev.dmabroker.BrokerException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Holder;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.PinnedException;
import dev.dmabroker.SearchLimitException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.LeakFound;
import dev.dmabroker.spec.BufferSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A buffer's life: its states, and what leads from one to the next. What users ask of it is {@link
 * ManagedBuffer}.
 *
 * <pre>
 * from       to          when
 * UNBACKED   ALLOCATING  somebody maps or prepares
 * ALLOCATING RESIDENT    a heap gave memory
 * ALLOCATING UNBACKED    no heap did; who waited gets the reason
 * RESIDENT   PREPARING   a device is attached that the place does not suit
 * PREPARING  DRAINING    memory elsewhere is there, populated; the gates let in readers only
 * PREPARING  RESIDENT    there is none, or nobody needs it any more
 * DRAINING   MOVING      the last mapping that writes is closed, and the kernel's fences signalled
 * DRAINING   RESIDENT    nothing has to be copied; or the deadline has passed: rolled back, tried again
 *                        later
 * MOVING     RESIDENT    copied, in the new place; or copying failed, in the old one
 * RESIDENT   DRAINING    the memory is to be given back
 * DRAINING   UNBACKED    the last mapping is closed, and it was
 * UNBACKED,
 * RESIDENT   RELEASED    the last reference is closed and nothing is attached, or the broker closed
 * </pre>
 *
 * <p>A settled buffer is mapped through its attachments' {@link Gate}s without coming here. All
 * else happens under {@link #lock}, and what it entails after the lock is released ({@link
 * AfterLock}). Gates are open in RESIDENT and PREPARING, each if the place suits its device; during
 * a move they let in readers, and otherwise they are shut. The contents are in {@link #place} in
 * every state that has one; a {@linkplain Relocation move} writes to another backing and changes
 * {@link #place} last, so a failure at any step loses nothing.
 */
abstract class BufferLife extends Leakable {
  final BufferRegistry registry;
  final long id;
  final String name;
  final BufferSpec spec;

  /** Every way to store it. */
  private final Target target;

  private final Budgets.Reservation reservation;

  final StateLock lock = new StateLock();
  final Attachments attachments = new Attachments();
  final Requests requests = new Requests();
  final Retries retries;
  SharedBuffer.State state = SharedBuffer.State.UNBACKED;
  @Nullable Place place;
  long generation;

  /** The move under way; null but in PREPARING, MOVING and, unless it evacuates, DRAINING. */
  @Nullable Relocation relocation;

  /** Who wants the memory given back; null but in DRAINING. */
  @Nullable Request evacuation;

  /** Places that were left while readers held them, which still do. */
  private List<Place> retired = List.of();

  /** Who keeps the buffer where it is; empty but in RESIDENT. */
  private List<HeldPin> pins = List.of();

  private final @Nullable MoveQueue<BufferLife> queue;
  private StateRecords.MoveStats moves;

  /** What asked last for the move that is wanted, or that is under way. */
  BufferMove.Cause moveCause = BufferMove.Cause.ATTACH;

  /** Mappings in places that were given back. */
  private long formerTakings;

  private @Nullable MoveFailedException lastFailure;
  boolean referenceClosed;
  boolean brokerClosed;

  /** Whether it was adopted in memory that it never leaves. */
  private boolean stays;

  BufferLife(
      BufferRegistry registry,
      long id,
      String name,
      Target target,
      Budgets.Reservation reservation,
      @Nullable MoveQueue<BufferLife> queue,
      @Nullable Origin origin) {
    super(origin, registry.services().leaks());
    this.queue = queue;
    this.moves = registry.services().noMoves();
    this.reservation = reservation;
    this.id = id;
    this.target = target;
    this.registry = registry;
    this.name = name;
    this.spec = target.spec();
    this.retries =
        new Retries(
            registry.services().settings().firstBackOff(),
            registry.services().settings().maxMoveAttempts());
  }

  final Services services() {
    return registry.services();
  }

  /** Does what is asked if that can be done in the present state. Under the lock. */
  abstract boolean serve(Request request, AfterLock after);

  // ---- The first memory ----

  /** Born with memory that was there before; nobody else knows the buffer yet. */
  void adopt(Place adopted, boolean stays) {
    synchronized (lock) {
      this.stays = stays;
      place = adopted;
      generation = adopted.generation();
      state = SharedBuffer.State.RESIDENT;
      attachments.openGates(adopted, Attachments.Opening.OPEN);
    }
  }

  /** Whether it was adopted in memory that it never leaves. */
  boolean stays() {
    return stays;
  }

  /** The way in which the contents are stored where they are, which a copy has to share. */
  Target storedTarget() {
    synchronized (lock) {
      return target();
    }
  }

  /** Ends ALLOCATING one way or the other. Called by whoever set it. */
  void allocateFirst() {
    long start = services().time().nanos();
    List<RegisteredDevice> devices;
    synchronized (lock) {
      devices = attachments.users().devices();
    }
    Place placed = null;
    BrokerException failure = null;
    try {
      placed = allocate(devices, Optional.empty(), /* vacated= */ -1);
    } catch (BrokerException e) {
      failure = e;
    } catch (RuntimeException | Error e) {
      failure = Exceptions.allocation("allocating " + name + " threw " + e, List.of());
      failure.initCause(e);
    }
    endAllocating(placed, failure, Duration.ofNanos(services().time().nanos() - start));
  }

  private void endAllocating(
      @Nullable Place placed, @Nullable BrokerException failure, Duration took) {
    locked(
        after -> {
          if (placed == null) {
            state = SharedBuffer.State.UNBACKED;
            if (!releaseIfOver(after) && failure != null) {
              grantEvacuations(after);
              requests.fail(after, request -> true, failure);
            }
            return null;
          }
          place = placed;
          generation = placed.generation();
          retries.startOver();
          leaveOut(placed.leftOut(), after);
          state = SharedBuffer.State.RESIDENT;
          var event =
              new EventRecords.MemoryAllocated(
                  name, placed.heap().name(), placed.sizeBytes(), took);
          tell(after, listener -> listener.allocated(event));
          settle(after);
          return null;
        });
  }

  /**
   * Gets memory.
   *
   * @param vacated the heap to leave alone, to make room there; -1 if others may have to make room
   */
  Place allocate(List<RegisteredDevice> devices, Optional<String> currentHeap, int vacated) {
    long next;
    Target stored;
    synchronized (lock) {
      next = generation + 1;
      stored = target();
    }
    return new Place(
        registry
            .allocator()
            .allocate(name, stored, reservation, devices, currentHeap, next, vacated));
  }

  // ---- Moving ----

  /** Starts a move if somebody needs one. */
  void seekPlace(AfterLock after) {
    AttachedDevice unsuited = place == null ? null : attachments.firstUnsuited(place);
    if (state != SharedBuffer.State.RESIDENT
        || unsuited == null
        || isPinned()
        || !retries.mayStart()
        || !beginTurn()) {
      return;
    }
    String beneficiary = unsuited.device().name();
    Relocation move = Relocation.towards(this, resident(), moveCause, beneficiary, retries.begin());
    relocation = move;
    state = SharedBuffer.State.PREPARING;
    after.then(() -> services().workers().execute(move::prepare));
  }

  boolean isInConvoy() {
    return queue != null;
  }

  /** Whether it may move now; otherwise its turn will come. */
  boolean beginTurn() {
    return queue == null || queue.begin(this, requests.size() > 0);
  }

  /** Somebody waits for it now. */
  void hurry() {
    if (queue != null) {
      queue.hurry(this);
    }
  }

  /** Moves when there is an idle moment; those that somebody waits for may go first. */
  void lingerInTurn(AfterLock after) {
    if (queue != null && requests.size() == 0) {
      passTurn(queue.linger(this), after);
    }
  }

  /** The convoy has let this buffer have its turn. */
  private void takeTurn() {
    locked(
        after -> {
          seekPlace(after);
          if (relocation == null) {
            endTurn(after);
          } else {
            relocation.takeTurn(after);
          }
          return null;
        });
  }

  private void endTurn(AfterLock after) {
    if (queue != null) {
      passTurn(queue.end(this), after);
    }
  }

  private void passTurn(@Nullable BufferLife next, AfterLock after) {
    if (next != null) {
      after.then(() -> services().workers().execute(next::takeTurn));
    }
  }

  /** The move turned out not to be needed any more. Under the lock. */
  void moveCalledOff(AfterLock after) {
    endMove(after);
    retries.startOver();
    settle(after);
  }

  /** The move has brought the contents to its target. Under the lock. */
  void moved(Relocation move, AfterLock after) {
    Place old = resident();
    place = move.target();
    generation = place.generation();
    leaveOut(place.leftOut(), after);
    endMove(after);
    retries.startOver();
    lastFailure = null;
    BufferMove event = move.report(generation, Optional.empty(), Duration.ZERO, List.of());
    moves = moves.with(event);
    List<AttachedDevice> told = attachments.copy();
    // Nobody reads the old place once somebody writes to the new one: all the gates are shut before
    // the first is opened. And nobody comes in any more once it is looked who is in.
    attachments.shutGates();
    retire(old, after);
    after.then(() -> told.forEach(attachment -> attachment.tellMoved(event.generation())));
    tell(after, listener -> listener.moved(event));
    settle(after);
  }

  /** The move was rolled back. Under the lock. */
  void moveFailed(
      Relocation move,
      String reason,
      @Nullable Throwable why,
      List<Holder> holders,
      AfterLock after) {
    MoveFailedException failure = move.failure(reason, holders, why);
    Duration backOff = move.makesRoom() ? Duration.ZERO : retries.failed();
    endMove(after);
    BufferMove event = move.report(generation, Optional.of(reason), backOff, holders);
    boolean gaveUp = !move.makesRoom() && retries.gaveUp();
    after.then(() -> services().moveLog().rolledBack(failure, gaveUp));
    tell(after, listener -> listener.moveRolledBack(event));
    if (move.makesRoom()) {
      retries.startOver();
      settle(after);
      return;
    }
    moves = moves.with(event);
    lastFailure = failure;
    if (!retries.gaveUp()) {
      Future<?> unused = services().workers().schedule(backOff, this::retry);
    }
    settle(after);
    if (retries.gaveUp() && state == SharedBuffer.State.RESIDENT) {
      // In any other state something is under way that may serve them yet.
      requests.fail(after, request -> true, failure);
    }
  }

  private void endMove(AfterLock after) {
    relocation = null;
    state = SharedBuffer.State.RESIDENT;
    reservation.backTo(resident().sizeBytes()); // What was sought in vain is not paid for.
    endTurn(after);
  }

  private void retry() {
    onTime(
        after -> {
          retries.rested();
          if (state == SharedBuffer.State.RESIDENT && !releaseIfOver(after)) {
            seekPlace(after);
          }
        });
  }

  /** The buffer does not lie there any more: given back now, or after its last reader. */
  private void retire(Place old, AfterLock after) {
    if (old.isIdle()) {
      release(after, old);
    } else {
      List<Place> more = new ArrayList<>(retired);
      more.add(old);
      retired = more;
    }
  }

  private void releaseRetired(AfterLock after) {
    if (retired.isEmpty()) {
      return;
    }
    List<Place> held = new ArrayList<>();
    for (Place old : retired) {
      if (old.isIdle()) {
        release(after, old);
      } else {
        held.add(old);
      }
    }
    retired = held.isEmpty() ? List.of() : held;
  }

  // ---- Pins; under the lock ----

  boolean isPinned() {
    return (stays && place != null) || !pins.isEmpty();
  }

  HeldPin pin(AttachedDevice attachment) {
    HeldPin pin = new HeldPin(attachment, resident());
    List<HeldPin> more = new ArrayList<>(pins);
    more.add(pin);
    pins = more;
    return pin;
  }

  void unpin(Predicate<HeldPin> which, AfterLock after) {
    if (pins.isEmpty() || pins.stream().noneMatch(which)) {
      return;
    }
    pins = pins.stream().filter(which.negate()).toList();
    if (!isPinned()) {
      retries.startOver();
      seekPlace(after);
    }
  }

  PinnedException pinned(String intent) {
    List<String> devices = pinners();
    if (stays) {
      return Exceptions.pinned(
          "cannot "
              + intent
              + ": "
              + name
              + " was adopted in "
              + resident().heap().name()
              + ", which it does not leave; let devices that need other memory use a shadow of it"
              + " (Broker.shadow)",
          devices);
    }
    return Exceptions.pinned(
        "cannot "
            + intent
            + ": "
            + name
            + " is pinned in "
            + resident().heap().name()
            + " by "
            + devices
            + "; close the pin first, or attach the device before it is pinned",
        devices);
  }

  private List<String> pinners() {
    return pins.stream().map(pin -> pin.attachment().device().name()).distinct().toList();
  }

  // ---- Transitions that several ways lead to; all under the lock ----

  /** Somebody left: see whether that was waited for. */
  void advance(AfterLock after) {
    releaseRetired(after);
    if (place != null) {
      place.prune();
    }
    if (releaseIfOver(after)) {
      return;
    }
    if (relocation != null) {
      relocation.advance(after);
    } else if (evacuation != null && resident().isIdle()) {
      endEvacuation(evacuation, after);
    }
  }

  private void endEvacuation(Request request, AfterLock after) {
    evacuation = null;
    state = SharedBuffer.State.RESIDENT;
    if (request.claim()) {
      giveBack(after);
      request.grant(after, null);
    } else {
      settle(after);
    }
  }

  /** RESIDENT and idle, with the gates shut: becomes UNBACKED. */
  void giveBack(AfterLock after) {
    release(after, resident());
    place = null;
    reservation.backTo(0);
    state = SharedBuffer.State.UNBACKED;
    grantEvacuations(after);
    allocateIfWanted(after);
  }

  /** UNBACKED: who wants the memory given back has that. */
  private void grantEvacuations(AfterLock after) {
    requests.serve(request -> request.kind() == Request.Kind.EVACUATE && serve(request, after));
  }

  private void allocateIfWanted(AfterLock after) {
    if (state == SharedBuffer.State.UNBACKED && requests.first().isPresent()) {
      state = SharedBuffer.State.ALLOCATING;
      after.then(() -> services().workers().execute(this::allocateFirst));
    }
  }

  /** RESIDENT: opens the gates, serves the queue in its order, and sees who is not suited yet. */
  void settle(AfterLock after) {
    if (releaseIfOver(after)) {
      return;
    }
    attachments.openGates(resident(), Attachments.Opening.OPEN);
    boolean pinnedBefore = isPinned();
    requests.serve(request -> serve(request, after));
    if (isPinned() && !pinnedBefore) {
      requests.serve(request -> serve(request, after)); // Some may have to be refused now.
    }
    seekPlace(after);
    allocateIfWanted(after);
  }

  /** The broker closes. */
  void shutDown() {
    locked(
        after -> {
          brokerClosed = true;
          return releaseIfOver(after);
        });
  }

  /**
   * Ends the buffer's life if nobody can use it any more: cancels what is under way, and gives the
   * memory back as soon as the last mapping is closed.
   */
  boolean releaseIfOver(AfterLock after) {
    if (state == SharedBuffer.State.RELEASED) {
      return true;
    }
    if (!isOver()) {
      return false;
    }
    attachments.shutGates();
    if (requests.size() > 0) {
      requests.fail(after, request -> true, closed());
    }
    // In ALLOCATING, PREPARING and MOVING somebody uses the memory, and comes back here in the end.
    if (state == SharedBuffer.State.DRAINING
        || (state == SharedBuffer.State.PREPARING
            && relocation != null
            && relocation.isLingering())) {
      cancelDrain(after);
      state = SharedBuffer.State.RESIDENT;
    }
    pins = List.of();
    if (relocation == null) {
      endTurn(after);
    }
    releaseRetired(after);
    if ((state == SharedBuffer.State.RESIDENT || state == SharedBuffer.State.UNBACKED)
        && retired.isEmpty()
        && (place == null || place.isIdle())) {
      if (place != null) {
        release(after, place);
        place = null;
      }
      state = SharedBuffer.State.RELEASED;
      after.then(reservation::end);
      after.then(() -> registry.forget(this));
    }
    return true;
  }

  /** Whether nobody can use the buffer any more. */
  boolean isOver() {
    return brokerClosed || (referenceClosed && attachments.isEmpty());
  }

  private ClosedException closed() {
    return Exceptions.closed(brokerClosed ? "the broker is closed" : name + " is closed");
  }

  private void cancelDrain(AfterLock after) {
    if (relocation != null) {
      relocation.cancel(after);
      relocation = null;
    }
    if (evacuation != null) {
      evacuation.fail(after, closed());
      evacuation = null;
    }
  }

  private void release(AfterLock after, Place old) {
    formerTakings += old.takings();
    var event = new EventRecords.MemoryReleased(name, old.heap().name(), old.sizeBytes());
    after.then(old::release);
    tell(after, listener -> listener.released(event));
  }

  /** After somebody went: who is left out now, if anybody may be. */
  void renegotiate(AfterLock after) {
    if (stays && place != null) {
      leaveOut(attachments.unsuited(resident()), after);
    } else if (attachments.hasDispensable()) {
      solve(attachments.users().devices())
          .ifPresent(solution -> leaveOut(solution.leftOut(), after));
    }
  }

  /** Empty if that is too much to look at: then nothing changes. */
  Optional<Solution> solve(List<RegisteredDevice> devices) {
    try {
      return Optional.of(registry.planner().solve(target(), devices));
    } catch (SearchLimitException e) {
      return Optional.empty();
    }
  }

  void leaveOut(List<? extends Participant> devices, AfterLock after) {
    if (!attachments.hasDispensable()) {
      return;
    }
    List<AttachedDevice> before = attachments.leftOut();
    attachments.leaveOut(devices);
    for (AttachedDevice attachment : attachments.copy()) {
      if (before.contains(attachment) != attachment.isLeftOut()) {
        var event =
            new EventRecords.DeviceLeftOut(
                name, attachment.device().name(), attachment.isLeftOut());
        tell(after, listener -> listener.leftOut(event));
      }
    }
  }

  // ---- Looking; all under the lock ----

  /** The ways to store it: contents that are there stay as they are. */
  Target target() {
    return place == null || !place.isWritten() ? target : target.storedAs(place.layout().image());
  }

  Place resident() {
    if (place == null) {
      throw new IllegalStateException(name + " has no memory in state " + state);
    }
    return place;
  }

  /** Where it lies, and the places that it left while readers hold them. */
  List<Place> places() {
    List<Place> places = new ArrayList<>(retired);
    if (place != null) {
      places.add(place);
    }
    return places;
  }

  /** Whether nobody needs a move. */
  boolean isSettled() {
    return attachments.isSuited(resident());
  }

  // ---- Saying why ----

  List<Holder> currentHolders() {
    synchronized (lock) {
      return holders();
    }
  }

  /** Who holds mappings, of places that the buffer has left too. */
  List<Holder> holders() {
    List<Holder> holders = new ArrayList<>();
    long now = services().time().nanos();
    retired.forEach(old -> old.addHolders(name, now, holders));
    if (place != null) {
      place.addHolders(name, now, holders);
    }
    return holders;
  }

  void tell(AfterLock after, Consumer<BrokerListener> event) {
    if (!services().listeners().isEmpty()) {
      after.then(() -> services().listeners().tell(event));
    }
  }

  BufferErrors complaint() {
    return new BufferErrors(name, state, holders(), lastFailure);
  }

  /** For who gives up without holding the lock. */
  BufferErrors currentComplaint() {
    synchronized (lock) {
      return complaint();
    }
  }

  /** Who or what keeps the buffer from being given back. */
  String describeUse() {
    synchronized (lock) {
      List<Holder> holders = holders();
      return holders.isEmpty()
          ? name + " itself, " + state
          : holders.stream().map(by -> name + " by " + by).collect(Collectors.joining(", "));
    }
  }

  BrokerSnapshot.BufferState snapshot() {
    synchronized (lock) {
      return new StateRecords.BufferState(
          id,
          name,
          services().time().instant(sinceNanos()),
          spec,
          state,
          Optional.ofNullable(place).map(here -> here.heap().name()),
          generation,
          place == null ? 0 : place.sizeBytes(),
          Optional.ofNullable(place).map(here -> services().time().instant(here.sinceNanos())),
          attachments.snapshot(),
          holders(),
          pinners(),
          requests.size(),
          retired.size(),
          moves,
          takings());
    }
  }

  /** Mappings that there have been; under the lock. */
  private long takings() {
    return formerTakings
        + (place == null ? 0 : place.takings())
        + retired.stream().mapToLong(Place::takings).sum();
  }

  /** The same of a buffer that is gone. */
  long formerTakings() {
    synchronized (lock) {
      return formerTakings;
    }
  }

  @Override
  public final void lost() {
    services()
        .workers()
        .execute(
            () -> {
              if (dropReference()) {
                services()
                    .leaks()
                    .report(
                        new EventRecords.LeakFound(
                            LeakFound.Kind.BUFFER,
                            name,
                            Optional.empty(),
                            Optional.empty(),
                            age(services().time()),
                            created()));
              }
            });
  }

  /** False if it was dropped before, or if the broker's end was the buffer's. */
  boolean dropReference() {
    clear();
    return locked(
        after -> {
          boolean dropped = !referenceClosed && !brokerClosed;
          referenceClosed = true;
          boolean unused = releaseIfOver(after);
          return dropped;
        });
  }

  /** What a timer brings about. */
  void onTime(Consumer<AfterLock> body) {
    lock.changeOnTime(services().workers(), body);
  }

  <T extends @Nullable Object> T locked(Function<AfterLock, T> body) {
    return lock.locked(body);
  }

  @Override
  public String toString() {
    return name;
  }
}
