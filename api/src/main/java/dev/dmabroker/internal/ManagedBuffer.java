package dev.dmabroker.internal;

import dev.dmabroker.Access;
import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BufferSpec;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.Holder;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UndeclaredAccessException;
import dev.dmabroker.event.Allocation;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.Move;
import dev.dmabroker.event.Release;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A buffer and its life.
 *
 * <pre>
 * from       to          when
 * UNBACKED   ALLOCATING  somebody maps or prepares
 * ALLOCATING RESIDENT    a heap gave memory
 * ALLOCATING UNBACKED    no heap did; who waited gets the reason
 * RESIDENT   PREPARING   a device is attached that the place does not suit
 * PREPARING  DRAINING    memory elsewhere is there, populated; the gates shut
 * PREPARING  RESIDENT    there is none, or nobody needs it any more
 * DRAINING   MOVING      the last mapping is closed
 * DRAINING   RESIDENT    the deadline has passed: rolled back, tried again later
 * MOVING     RESIDENT    copied, in the new place; or copying failed, in the old one
 * RESIDENT   DRAINING    the memory is to be given back
 * DRAINING   UNBACKED    the last mapping is closed, and it was
 * UNBACKED,
 * RESIDENT   RELEASED    the last reference is closed and nothing is attached, or the broker closed
 * </pre>
 *
 * <p>A settled buffer is mapped through its attachments' {@link Gate}s without coming here. All
 * else happens under {@link #lock}, and what it entails after the lock is released ({@link
 * Effects}). Gates are open in RESIDENT and PREPARING, each if the place suits its device, and shut
 * otherwise. The contents are in {@link #place} in every state that has one; a move writes to
 * another backing and changes {@link #place} last, so a failure at any step loses nothing.
 */
final class ManagedBuffer implements SharedBuffer {
  private final BrokerEngine engine;
  private final String name;
  private final BufferSpec spec;

  private final Object lock = new Object();
  private final Roster roster = new Roster();
  private final Waiters waiters = new Waiters();
  private final Retries retries;
  private State state = State.UNBACKED;
  private @Nullable Placement place;
  private long generation;

  /** The move under way; null but in PREPARING, MOVING and, unless it evacuates, DRAINING. */
  private @Nullable Relocation relocation;

  /** Who wants the memory given back; null but in DRAINING. */
  private @Nullable Request evacuation;

  private @Nullable MoveFailedException lastFailure;
  private boolean referenceClosed;
  private boolean brokerClosed;

  ManagedBuffer(BrokerEngine engine, String name, BufferSpec spec) {
    this.engine = engine;
    this.name = name;
    this.spec = spec;
    this.retries =
        new Retries(engine.settings().firstBackOff(), engine.settings().maxMoveAttempts());
  }

  // ---- What users call ----

  @Override
  public String name() {
    return name;
  }

  @Override
  public BufferSpec spec() {
    return spec;
  }

  @Override
  public State state() {
    synchronized (lock) {
      return state;
    }
  }

  @Override
  public Optional<String> heapName() {
    synchronized (lock) {
      return Optional.ofNullable(place).map(here -> here.heap().name());
    }
  }

  @Override
  public Attachment attach(Device device) {
    RegisteredDevice registered = engine.own(device);
    return locked(
        effects -> {
          checkReference("attach " + device.name() + " to " + name);
          registered.checkOpen("attach it to " + name);
          engine.planner().requireFeasible(name, spec, roster.users().users(), registered.user());
          AttachedDevice attachment = new AttachedDevice(engine, this, registered);
          roster.add(attachment);
          if (place != null && attachment.suits(place)) {
            if (state == State.RESIDENT || state == State.PREPARING) {
              attachment.gate().open(place);
            }
          } else if (state == State.RESIDENT) {
            retries.startOver();
            seekPlace(effects);
          }
          return attachment;
        });
  }

  @Override
  public void prepare() {
    prepare(engine.settings().mapTimeout());
  }

  @Override
  public void prepare(Duration timeout) {
    Durations.positive("the timeout", timeout);
    run(Request.prepare(this), timeout);
  }

  @Override
  public void evacuate(Duration timeout) {
    Durations.positive("the timeout", timeout);
    run(Request.evacuate(this), timeout);
  }

  @Override
  public void unprepare() {
    locked(
        effects -> {
          checkReference("unprepare " + name);
          if (state == State.UNBACKED) {
            return null;
          }
          if (state == State.RESIDENT) {
            roster.shutGates();
            if (roster.isIdle()) {
              giveBack(effects);
              return null;
            }
            settle(effects);
          }
          throw complaint().busy();
        });
  }

  @Override
  public void close() {
    locked(
        effects -> {
          referenceClosed = true;
          return releaseIfOver(effects);
        });
  }

  // ---- Mapping, when the gate did not let it in ----

  /** Maps, waits for the buffer to settle, or allocates in this thread. */
  BufferMapping map(AttachedDevice attachment, Access access, Duration timeout) {
    BufferMapping mapping = run(Request.map(attachment, access, /* parks= */ true), timeout);
    if (mapping == null) {
      throw new IllegalStateException("a map was granted without a mapping");
    }
    return mapping;
  }

  @Nullable BufferMapping tryMap(AttachedDevice attachment, Access access) {
    return locked(
        effects -> {
          advance(effects);
          checkUsable(attachment);
          return attachment.gate().isOpen() ? admit(attachment, access) : null;
        });
  }

  CompletableFuture<Mapping> mapAsync(AttachedDevice attachment, Access access) {
    Request request = Request.map(attachment, access, /* parks= */ false);
    if (submit(request)) {
      engine.execute(this::allocateFirst);
    }
    request.expireAfter(engine, engine.settings().mapTimeout());
    return request.expose(engine);
  }

  private @Nullable BufferMapping run(Request request, Duration timeout) {
    if (submit(request)) {
      allocateFirst();
    }
    return request.await(timeout);
  }

  /** Serves the request or puts it in the queue. True if the caller has to allocate. */
  private boolean submit(Request request) {
    return locked(
        effects -> {
          advance(effects); // The mover may have taken a map that turned back for a mapping.
          if (request.attachment() != null) {
            checkUsable(request.attachment());
          } else {
            checkReference(request.describe());
          }
          refuseSelfWait(request);
          if (serve(request, effects)) {
            return false;
          }
          waiters.add(request);
          if (state == State.UNBACKED) {
            state = State.ALLOCATING;
            return true;
          }
          if (state == State.RESIDENT) {
            retries.startOver();
            seekPlace(effects);
          }
          return false;
        });
  }

  /** Does what is asked if that can be done in the present state. */
  private boolean serve(Request request, Effects effects) {
    switch (request.kind()) {
      case MAP -> {
        AttachedDevice attachment = request.mapper();
        if (attachment.gate().isOpen() || isReentry(request, attachment)) {
          request.grant(effects, admit(attachment, request.mapAccess()));
          return true;
        }
        return false;
      }
      case PREPARE -> {
        if (state != State.RESIDENT || !isSettled()) {
          return false;
        }
        request.grant(effects, null);
        return true;
      }
      case EVACUATE -> {
        if (state == State.UNBACKED) {
          request.grant(effects, null);
          return true;
        }
        if (state != State.RESIDENT) {
          return false;
        }
        evacuation = request;
        state = State.DRAINING;
        roster.shutGates();
        advance(effects);
        return true;
      }
    }
    throw new AssertionError(request.kind());
  }

  private BufferMapping admit(AttachedDevice attachment, Access access) {
    Placement here = resident();
    return attachment.mapped(
        attachment.gate().admit(here, access, engine.settings().recordCallSites()), access);
  }

  /**
   * Whether the thread holds a mapping already, so that it would wait for itself: letting it in
   * once more holds up the drain no longer than it is held up anyway.
   */
  private boolean isReentry(Request request, AttachedDevice attachment) {
    return state == State.DRAINING
        && request.parks()
        && place != null
        && attachment.suits(place)
        && roster.isHeldBy(Thread.currentThread());
  }

  private void refuseSelfWait(Request request) {
    boolean needsDrain =
        request.kind() == Request.Kind.EVACUATE
            || (place != null
                && (request.attachment() == null
                    ? !isSettled()
                    : !request.attachment().suits(place)));
    if (needsDrain && request.parks() && roster.isHeldBy(Thread.currentThread())) {
      throw complaint().selfWait(request.describe());
    }
  }

  /** A request that ended by itself leaves the queue. */
  void withdraw(Request request) {
    locked(
        effects -> {
          waiters.remove(request);
          if (evacuation == request) {
            evacuation = null;
            state = State.RESIDENT;
            settle(effects);
          }
          return null;
        });
  }

  /** A mapping was closed, or turned back, while its gate was not open at its place. */
  void left() {
    locked(
        effects -> {
          advance(effects);
          return null;
        });
  }

  void detach(AttachedDevice attachment) {
    locked(
        effects -> {
          if (attachment.markDetached()) {
            roster.changed();
            attachment.gate().shut();
            ClosedException closed =
                new ClosedException(attachment.device().name() + " was detached from " + name);
            waiters.fail(effects, request -> request.attachment() == attachment, closed);
            advance(effects);
            if (state == State.RESIDENT) {
              settle(effects); // Who is left may be suited now, and a prepare be served.
            }
          }
          return null;
        });
  }

  /** Takes a slot for CPU access, which keeps the memory in place just as a mapping does. */
  Gate.Pass admitView(AttachedDevice attachment, Gate.Pass mapping, Access access) {
    synchronized (lock) {
      if (!mapping.isHeld()) {
        throw new ClosedException(
            "the mapping of " + name + " for " + attachment.device().name() + " is closed");
      }
      if (!mapping.place().heap().traits().cpuReach().is(true)) {
        throw new UndeclaredAccessException(
            name
                + " lies in "
                + mapping.place().heap().name()
                + ", which is not known to be in the CPU's reach; give a device that wants CPU"
                + " views the constraint cpuReach()");
      }
      return attachment.gate().admit(mapping.place(), access, engine.settings().recordCallSites());
    }
  }

  // ---- The first memory ----

  /** Ends ALLOCATING one way or the other. Called by whoever was told to by {@link #submit}. */
  private void allocateFirst() {
    long start = System.nanoTime();
    List<User> users;
    synchronized (lock) {
      users = roster.users().users();
    }
    Placement placed = null;
    BrokerException failure = null;
    try {
      placed = allocate(users, Optional.empty());
    } catch (BrokerException e) {
      failure = e;
    } catch (RuntimeException | Error e) {
      failure = new AllocationException("allocating " + name + " threw " + e, List.of());
      failure.initCause(e);
    }
    endAllocating(placed, failure, Duration.ofNanos(System.nanoTime() - start));
  }

  private void endAllocating(
      @Nullable Placement placed, @Nullable BrokerException failure, Duration took) {
    locked(
        effects -> {
          if (placed == null) {
            state = State.UNBACKED;
            if (!releaseIfOver(effects) && failure != null) {
              waiters.fail(effects, request -> true, failure);
            }
            return null;
          }
          place = placed;
          generation = placed.generation();
          state = State.RESIDENT;
          var event =
              new Allocation(name, placed.heap().name(), placed.backing().sizeBytes(), took);
          tell(effects, listener -> listener.allocated(event));
          settle(effects);
          return null;
        });
  }

  Placement allocate(List<User> users, Optional<String> currentHeap) {
    long next;
    synchronized (lock) {
      next = generation + 1;
    }
    return engine.allocator().allocate(name, spec, users, currentHeap, next);
  }

  // ---- Moving; called by the relocation ----

  /** The devices to find memory for, or null if the move is not needed any more. */
  Roster.@Nullable Users users(Relocation move) {
    return locked(
        effects -> {
          if (relocation != move) {
            return null;
          }
          if (isSettled()) {
            relocation = null;
            state = State.RESIDENT;
            settle(effects);
            return null;
          }
          return roster.users();
        });
  }

  Relocation.Drain beginDrain(Relocation move, Placement target, Roster.Users sought) {
    synchronized (lock) {
      if (relocation != move) {
        return Relocation.Drain.CANCELLED;
      }
      if (sought.version() != roster.version() && !roster.isSuited(target)) {
        return Relocation.Drain.STALE;
      }
      state = State.DRAINING;
      move.startStall(target);
      roster.shutGates();
      if (roster.isIdle()) {
        move.endDrain();
        state = State.MOVING;
        return Relocation.Drain.DONE;
      }
      Duration deadline = roster.longestHold();
      move.expect(engine.schedule(deadline, () -> drainExpired(move, deadline)));
      return Relocation.Drain.UNDER_WAY;
    }
  }

  private void drainExpired(Relocation move, Duration deadline) {
    Effects effects = new Effects();
    synchronized (lock) {
      if (relocation == move && state == State.DRAINING) {
        rollBack(
            move,
            "mappings were still out " + deadline.toMillis() + " ms after new ones were stalled",
            null,
            effects);
      }
    }
    effects.runWakeUps();
    engine.execute(effects::runRest); // Heaps and listeners take time; deadlines must not.
  }

  /**
   * Publishes without a copy if the contents are dead: never written, or about to be overwritten by
   * the first in the queue, which is granted in the same step.
   */
  boolean publishIfDead(Relocation move) {
    return locked(
        effects -> {
          boolean overwritten =
              waiters
                  .first()
                  .filter(first -> first.access() == Access.OVERWRITE)
                  .filter(first -> first.mapper().suits(move.target()))
                  .isPresent();
          if (relocation != move || (move.from().isWritten() && !overwritten)) {
            return false;
          }
          publish(move, effects);
          return true;
        });
  }

  void publish(Relocation move) {
    locked(
        effects -> {
          if (relocation == move) {
            move.target().markWritten();
            publish(move, effects);
          }
          return null;
        });
  }

  private void publish(Relocation move, Effects effects) {
    Placement old = resident();
    place = move.target();
    generation = move.target().generation();
    relocation = null;
    state = State.RESIDENT;
    retries.startOver();
    lastFailure = null;
    Move event = move.report(generation, Optional.empty(), List.of());
    long now = generation;
    List<AttachedDevice> told = roster.copy();
    release(effects, old);
    effects.then(() -> told.forEach(attachment -> attachment.tellMoved(now)));
    tell(effects, listener -> listener.moved(event));
    settle(effects);
  }

  void rollBack(Relocation move, String reason, @Nullable Throwable cause) {
    locked(
        effects -> {
          rollBack(move, reason, cause, effects);
          return null;
        });
  }

  private void rollBack(
      Relocation move, String reason, @Nullable Throwable cause, Effects effects) {
    if (relocation != move) {
      return;
    }
    List<Holder> holders = state == State.DRAINING ? roster.holders(name) : List.of();
    Move event = move.report(generation, Optional.of(reason), holders);
    move.destination().ifPresent(target -> effects.then(target::release));
    relocation = null;
    state = State.RESIDENT;
    MoveFailedException failure =
        move.failure(reason, holders, cause, engine.settings().maxMoveAttempts());
    lastFailure = failure;
    Duration rest = retries.failed();
    if (!retries.gaveUp()) {
      Future<?> unused = engine.schedule(rest, this::retry);
    }
    tell(effects, listener -> listener.moveRolledBack(event));
    settle(effects);
    if (retries.gaveUp()) {
      waiters.fail(effects, request -> true, failure);
    }
  }

  private void retry() {
    locked(
        effects -> {
          retries.rested();
          if (state == State.RESIDENT && !releaseIfOver(effects)) {
            seekPlace(effects);
          }
          return null;
        });
  }

  // ---- Transitions that several ways lead to; all under the lock ----

  /** Somebody left: see whether that was waited for. */
  private void advance(Effects effects) {
    roster.prune();
    if (releaseIfOver(effects) || state != State.DRAINING || !roster.isIdle()) {
      return;
    }
    Relocation move = relocation;
    if (move != null) {
      move.endDrain();
      state = State.MOVING;
      effects.wake(() -> engine.execute(move::copy));
    } else if (evacuation != null) {
      endEvacuation(evacuation, effects);
    }
  }

  private void endEvacuation(Request request, Effects effects) {
    evacuation = null;
    state = State.RESIDENT;
    // Completed here and not later, so that who gives up now keeps the contents. Nothing is
    // chained.
    if (request.future().complete(null)) {
      giveBack(effects);
    } else {
      settle(effects);
    }
  }

  /** RESIDENT and idle, with the gates shut: becomes UNBACKED. */
  private void giveBack(Effects effects) {
    release(effects, resident());
    place = null;
    state = State.UNBACKED;
    allocateIfWanted(effects);
  }

  private void allocateIfWanted(Effects effects) {
    if (state == State.UNBACKED && waiters.first().isPresent()) {
      state = State.ALLOCATING;
      effects.then(() -> engine.execute(this::allocateFirst));
    }
  }

  /** RESIDENT: opens the gates, serves the queue in its order, and sees who is not suited yet. */
  private void settle(Effects effects) {
    if (releaseIfOver(effects)) {
      return;
    }
    roster.openGates(resident());
    waiters.serve(request -> serve(request, effects));
    seekPlace(effects);
    allocateIfWanted(effects);
  }

  /** Starts a move if somebody needs one. */
  private void seekPlace(Effects effects) {
    Optional<AttachedDevice> unsuited = roster.firstUnsuited(place);
    if (state != State.RESIDENT || unsuited.isEmpty() || !retries.mayStart()) {
      return;
    }
    String cause = unsuited.get().device().name();
    Relocation move = new Relocation(this, resident(), cause, retries.begin());
    relocation = move;
    state = State.PREPARING;
    effects.then(() -> engine.execute(move::prepare));
  }

  /** The broker closes. */
  void shutDown() {
    locked(
        effects -> {
          brokerClosed = true;
          return releaseIfOver(effects);
        });
  }

  /**
   * Ends the buffer's life if nobody can use it any more: cancels what is under way, and gives the
   * memory back as soon as the last mapping is closed.
   */
  private boolean releaseIfOver(Effects effects) {
    if (state == State.RELEASED) {
      return true;
    }
    if (!brokerClosed && !(referenceClosed && roster.isEmpty())) {
      return false;
    }
    roster.shutGates();
    ClosedException closed =
        new ClosedException(brokerClosed ? "the broker is closed" : name + " is closed");
    waiters.fail(effects, request -> true, closed);
    if (state == State.PREPARING || state == State.DRAINING) {
      cancelDrain(effects, closed);
      state = State.RESIDENT;
    }
    if ((state == State.RESIDENT || state == State.UNBACKED) && roster.isIdle()) {
      if (place != null) {
        release(effects, place);
        place = null;
      }
      state = State.RELEASED;
      effects.then(() -> engine.forget(this));
    }
    return true;
  }

  private void cancelDrain(Effects effects, ClosedException closed) {
    if (relocation != null) {
      relocation.cancelDeadline();
      relocation.destination().ifPresent(target -> effects.then(target::release));
      relocation = null;
    }
    if (evacuation != null) {
      evacuation.fail(effects, closed);
      evacuation = null;
    }
  }

  private void release(Effects effects, Placement old) {
    var event = new Release(name, old.heap().name(), old.backing().sizeBytes());
    effects.then(old::release);
    tell(effects, listener -> listener.released(event));
  }

  // ---- Looking; all under the lock ----

  private Placement resident() {
    if (place == null) {
      throw new IllegalStateException(name + " has no memory in state " + state);
    }
    return place;
  }

  /** Whether nobody needs a move. */
  private boolean isSettled() {
    return roster.isSuited(resident());
  }

  private void checkReference(String intent) {
    if (referenceClosed || brokerClosed || state == State.RELEASED) {
      throw new ClosedException(
          "cannot " + intent + ": " + (brokerClosed ? "the broker" : "the buffer") + " is closed");
    }
  }

  private void checkUsable(AttachedDevice attachment) {
    if (brokerClosed || state == State.RELEASED || attachment.isDetached()) {
      throw new ClosedException(
          "cannot map "
              + name
              + " for "
              + attachment.device().name()
              + ": "
              + (attachment.isDetached() ? "the attachment" : "the broker")
              + " is closed");
    }
  }

  // ---- Saying why ----

  List<Holder> currentHolders() {
    synchronized (lock) {
      return roster.holders(name);
    }
  }

  Listeners listeners() {
    return engine.listeners();
  }

  private void tell(Effects effects, Consumer<BrokerListener> event) {
    effects.then(() -> engine.listeners().tell(event));
  }

  private Complaint complaint() {
    return new Complaint(name, state, roster.holders(name), lastFailure);
  }

  /** For who gives up without holding the lock. */
  Complaint currentComplaint() {
    synchronized (lock) {
      return complaint();
    }
  }

  BrokerSnapshot.BufferState snapshot() {
    synchronized (lock) {
      return new BrokerSnapshot.BufferState(
          name,
          spec,
          state,
          Optional.ofNullable(place).map(here -> here.heap().name()),
          generation,
          place == null ? 0 : place.backing().sizeBytes(),
          roster.users().users().stream().map(User::device).toList(),
          roster.holders(name),
          waiters.size());
    }
  }

  private <T extends @Nullable Object> T locked(Function<Effects, T> body) {
    Effects effects = new Effects();
    try {
      synchronized (lock) {
        return body.apply(effects);
      }
    } finally {
      effects.run();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
