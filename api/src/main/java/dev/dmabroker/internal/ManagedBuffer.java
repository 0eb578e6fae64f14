package dev.dmabroker.internal;

import dev.dmabroker.Access;
import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BufferSpec;
import dev.dmabroker.BusyException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.Holder;
import dev.dmabroker.MapTimeoutException;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.Plan;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UndeclaredAccessException;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.WouldDeadlockException;
import dev.dmabroker.event.Allocation;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.Move;
import dev.dmabroker.event.Release;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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
  private final List<AttachedDevice> attached = new ArrayList<>(2);
  private ArrayDeque<Request> waiting = new ArrayDeque<>(0);
  private State state = State.UNBACKED;
  private @Nullable Placement place;
  private long generation;

  /** The move under way; null but in PREPARING, MOVING and, unless it evacuates, DRAINING. */
  private @Nullable Relocation relocation;

  /** Who wants the memory given back; null but in DRAINING. */
  private @Nullable Request evacuation;

  /** Changes with {@link #attached}. */
  private int rosterVersion;

  private int moveAttempts;

  /** A move was rolled back and will be tried again when the time comes. */
  private boolean resting;

  /** The last attempt failed too; only a new wish starts over. */
  private boolean gaveUp;

  private @Nullable MoveFailedException lastFailure;
  private boolean referenceClosed;
  private boolean brokerClosed;

  ManagedBuffer(BrokerEngine engine, String name, BufferSpec spec) {
    this.engine = engine;
    this.name = name;
    this.spec = spec;
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
          List<User> users = new ArrayList<>(users());
          users.add(registered.user());
          Planner.Feasible feasible = engine.planner().feasible(spec, users);
          if (feasible.heaps().isEmpty()) {
            throw unsatisfiable(registered, users, feasible);
          }
          AttachedDevice attachment = new AttachedDevice(engine, this, registered);
          attached.add(attachment);
          rosterVersion++;
          if (place != null && attachment.suits(place)) {
            if (state == State.RESIDENT || state == State.PREPARING) {
              attachment.gate().open(place);
            }
          } else if (state == State.RESIDENT) {
            startOver();
            seekPlace(effects);
          }
          return attachment;
        });
  }

  private UnsatisfiableException unsatisfiable(
      RegisteredDevice device, List<User> users, Planner.Feasible feasible) {
    List<String> names = users.stream().map(User::device).toList();
    return new UnsatisfiableException(
        "cannot attach "
            + device.name()
            + " to "
            + name
            + " ("
            + spec
            + "): no heap suits "
            + names
            + " together: "
            + Planner.explain(feasible.passedOver()),
        new Plan(spec, names, List.of(), feasible.passedOver()));
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
            shutGates();
            if (isIdle()) {
              giveBack(effects);
              return null;
            }
            settle(effects);
          }
          throw new BusyException(
              "cannot give back the memory of " + name + " now: " + situation());
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
          waiting.add(request);
          if (state == State.UNBACKED) {
            state = State.ALLOCATING;
            return true;
          }
          if (state == State.RESIDENT && !resting) {
            startOver();
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
        if (state != State.RESIDENT || firstUnsuited() != null) {
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
        shutGates();
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
        && isHeldBy(Thread.currentThread());
  }

  private void refuseSelfWait(Request request) {
    boolean needsDrain =
        request.kind() == Request.Kind.EVACUATE
            || (place != null
                && (request.attachment() == null
                    ? firstUnsuited() != null
                    : !request.attachment().suits(place)));
    if (needsDrain && request.parks() && isHeldBy(Thread.currentThread())) {
      throw new WouldDeadlockException(
          "cannot "
              + request.describe()
              + ": it has to wait until every mapping is closed, and the calling thread made one"
              + " that is out: "
              + situation()
              + "; close that first, or use mapAsync if another thread will");
    }
  }

  /** A request that ended by itself leaves the queue. */
  void withdraw(Request request) {
    locked(
        effects -> {
          waiting.remove(request);
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
            rosterVersion++;
            attachment.gate().shut();
            ClosedException closed =
                new ClosedException(attachment.device().name() + " was detached from " + name);
            failWaiting(effects, request -> request.attachment() == attachment, closed);
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
      users = users();
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
              failWaiting(effects, request -> true, failure);
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
  Relocation.@Nullable Roster roster(Relocation move) {
    return locked(
        effects -> {
          if (relocation != move) {
            return null;
          }
          if (firstUnsuited() == null) {
            relocation = null;
            state = State.RESIDENT;
            settle(effects);
            return null;
          }
          return new Relocation.Roster(users(), rosterVersion);
        });
  }

  Relocation.Drain beginDrain(Relocation move, Placement target, Relocation.Roster roster) {
    synchronized (lock) {
      if (relocation != move) {
        return Relocation.Drain.CANCELLED;
      }
      if (roster.version() != rosterVersion && !suitsAll(target)) {
        return Relocation.Drain.STALE;
      }
      state = State.DRAINING;
      move.startStall(target);
      shutGates();
      if (isIdle()) {
        move.endDrain();
        state = State.MOVING;
        return Relocation.Drain.DONE;
      }
      Duration deadline = longestHoldOut();
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
          waiting.removeIf(Request::isDone);
          Request first = waiting.peek();
          boolean overwritten =
              first != null
                  && first.access() == Access.OVERWRITE
                  && first.mapper().suits(move.target());
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
    startOver();
    lastFailure = null;
    Move event = move.report(generation, Optional.empty(), List.of());
    long now = generation;
    List<AttachedDevice> told = List.copyOf(attached);
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
    List<Holder> holders = state == State.DRAINING ? holders() : List.of();
    Move event = move.report(generation, Optional.of(reason), holders);
    move.destination().ifPresent(target -> effects.then(target::release));
    relocation = null;
    state = State.RESIDENT;
    lastFailure =
        new MoveFailedException(
            "cannot move "
                + name
                + " out of "
                + event.from()
                + event.to().map(heap -> " to " + heap).orElse("")
                + " for "
                + event.cause()
                + ": "
                + reason
                + (holders.isEmpty() ? "" : ", outstanding: " + describe(holders))
                + " (attempt "
                + move.attempt()
                + " of "
                + engine.settings().maxMoveAttempts()
                + "); it is where it was, with its contents",
            holders,
            cause);
    if (moveAttempts >= engine.settings().maxMoveAttempts()) {
      gaveUp = true;
    } else {
      resting = true;
      Future<?> unused = engine.schedule(engine.backOff(moveAttempts), this::retry);
    }
    tell(effects, listener -> listener.moveRolledBack(event));
    settle(effects);
    if (gaveUp) {
      failWaiting(effects, request -> true, lastFailure);
    }
  }

  private void retry() {
    locked(
        effects -> {
          resting = false;
          if (state == State.RESIDENT && !releaseIfOver(effects)) {
            seekPlace(effects);
          }
          return null;
        });
  }

  private void startOver() {
    moveAttempts = 0;
    gaveUp = false;
  }

  // ---- Transitions that several ways lead to; all under the lock ----

  /** Somebody left: see whether that was waited for. */
  private void advance(Effects effects) {
    attached.removeIf(attachment -> attachment.isDetached() && attachment.gate().isEmpty());
    if (releaseIfOver(effects) || state != State.DRAINING || !isIdle()) {
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
    waiting.removeIf(Request::isDone);
    if (state == State.UNBACKED && !waiting.isEmpty()) {
      state = State.ALLOCATING;
      effects.then(() -> engine.execute(this::allocateFirst));
    }
  }

  /** RESIDENT: opens the gates, serves the queue in its order, and sees who is not suited yet. */
  private void settle(Effects effects) {
    if (releaseIfOver(effects)) {
      return;
    }
    Placement here = resident();
    for (AttachedDevice attachment : attached) {
      if (!attachment.isDetached() && attachment.suits(here)) {
        attachment.gate().open(here);
      } else {
        attachment.gate().shut();
      }
    }
    ArrayDeque<Request> queue = waiting;
    waiting = new ArrayDeque<>(0);
    for (Request request : queue) {
      if (!request.isDone() && !serve(request, effects)) {
        waiting.add(request);
      }
    }
    seekPlace(effects);
    allocateIfWanted(effects);
  }

  /** Starts a move if somebody needs one. */
  private void seekPlace(Effects effects) {
    AttachedDevice unsuited = firstUnsuited();
    if (state != State.RESIDENT || unsuited == null || resting || gaveUp) {
      return;
    }
    moveAttempts++;
    Relocation move = new Relocation(this, resident(), unsuited.device().name(), moveAttempts);
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
    if (!brokerClosed && !(referenceClosed && attached.isEmpty())) {
      return false;
    }
    shutGates();
    ClosedException closed =
        new ClosedException(brokerClosed ? "the broker is closed" : name + " is closed");
    failWaiting(effects, request -> true, closed);
    if (state == State.PREPARING || state == State.DRAINING) {
      cancelDrain(effects, closed);
      state = State.RESIDENT;
    }
    if ((state == State.RESIDENT || state == State.UNBACKED) && isIdle()) {
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

  private void failWaiting(Effects effects, Predicate<Request> which, BrokerException failure) {
    waiting.removeIf(
        request -> {
          if (which.test(request)) {
            request.fail(effects, failure);
            return true;
          }
          return false;
        });
  }

  private void shutGates() {
    attached.forEach(attachment -> attachment.gate().shut());
  }

  // ---- Looking; all under the lock ----

  private Placement resident() {
    if (place == null) {
      throw new IllegalStateException(name + " has no memory in state " + state);
    }
    return place;
  }

  private boolean isIdle() {
    return attached.stream().allMatch(attachment -> attachment.gate().isEmpty());
  }

  private boolean isHeldBy(Thread thread) {
    return attached.stream().anyMatch(attachment -> attachment.gate().isHeldBy(thread));
  }

  private List<User> users() {
    return attached.stream()
        .filter(attachment -> !attachment.isDetached())
        .map(attachment -> attachment.device().user())
        .toList();
  }

  private boolean suitsAll(Placement candidate) {
    return attached.stream()
        .allMatch(attachment -> attachment.isDetached() || attachment.suits(candidate));
  }

  private @Nullable AttachedDevice firstUnsuited() {
    Placement here = place;
    for (AttachedDevice attachment : attached) {
      if (here != null && !attachment.isDetached() && !attachment.suits(here)) {
        return attachment;
      }
    }
    return null;
  }

  /** The longest that anybody who holds a mapping now has declared to hold it. */
  private Duration longestHoldOut() {
    return attached.stream()
        .filter(attachment -> !attachment.gate().isEmpty())
        .map(attachment -> attachment.device().longestHold())
        .max(Duration::compareTo)
        .orElse(engine.settings().longestHold());
  }

  private List<Holder> holders() {
    List<Holder> holders = new ArrayList<>();
    long now = System.nanoTime();
    for (AttachedDevice attachment : attached) {
      attachment.gate().addHolders(name, attachment.device().name(), now, holders);
    }
    return holders;
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
      return holders();
    }
  }

  Listeners listeners() {
    return engine.listeners();
  }

  private void tell(Effects effects, Consumer<BrokerListener> event) {
    effects.then(() -> engine.listeners().tell(event));
  }

  private String situation() {
    return "state=" + state + ", outstanding=" + describe(holders());
  }

  private static String describe(List<Holder> holders) {
    return holders.size()
        + holders.stream().map(Holder::toString).collect(Collectors.joining(", ", " (", ")"));
  }

  MapTimeoutException timedOut(Request request, Duration timeout) {
    synchronized (lock) {
      return new MapTimeoutException(
          "cannot "
              + request.describe()
              + " within "
              + timeout.toMillis()
              + " ms: "
              + situation()
              + (lastFailure == null ? "" : "; the last move failed: " + lastFailure.getMessage()),
          holders(),
          lastFailure);
    }
  }

  WaitInterruptedException interrupted(Request request, InterruptedException cause) {
    synchronized (lock) {
      return new WaitInterruptedException(
          "interrupted while waiting to " + request.describe() + ": " + situation(), cause);
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
          users().stream().map(User::device).toList(),
          holders(),
          waiting.size());
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
