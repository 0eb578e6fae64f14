package dev.dmabroker.internal;

import dev.dmabroker.Access;
import dev.dmabroker.Attachment;
import dev.dmabroker.BufferSpec;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.LeftOutException;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UndeclaredAccessException;
import dev.dmabroker.event.Attach;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What users and mappings ask of a buffer, and how far its {@linkplain BufferLife life} allows it
 * now.
 */
final class ManagedBuffer extends BufferLife implements SharedBuffer {

  ManagedBuffer(
      BrokerEngine engine, long id, String name, BufferSpec spec, Budgets.Reservation reservation) {
    super(engine, id, name, spec, reservation);
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
    Attempt attempt = locked(effects -> attach(registered, effects));
    if (attempt.attachment() == null) {
      // Working out why takes time, so it is done without the lock.
      throw engine
          .planner()
          .unsatisfiable(
              "attach " + device.name() + " to " + name,
              attempt.target(),
              attempt.devices(),
              /* counting= */ false);
    }
    return attempt.attachment();
  }

  /** An attachment, or what made it impossible. */
  private record Attempt(
      @Nullable AttachedDevice attachment, Target target, List<RegisteredDevice> devices) {}

  private Attempt attach(RegisteredDevice registered, Effects effects) {
    checkReference("attach " + registered.name() + " to " + name);
    registered.checkOpen("attach it to " + name);
    Planner planner = engine.planner();
    Target target = target();
    Demand all = roster.with(target, registered);
    AttachedDevice attachment = new AttachedDevice(engine, this, registered);
    if (all != null) {
      if (!roster.require(target, all) && !Solver.serves(planner.table(), target, all)) {
        return new Attempt(null, target, roster.devicesWith(registered));
      }
      tellAttached(registered, effects);
      roster.add(attachment, target, all);
    } else {
      List<RegisteredDevice> devices = roster.devicesWith(registered);
      Solution solution = planner.solve(target, devices);
      if (!solution.isPossible()) {
        return new Attempt(null, target, devices);
      }
      tellAttached(registered, effects);
      roster.add(attachment);
      leaveOut(solution.leftOut(), effects);
    }
    if (place != null && attachment.suits(place)) {
      if (state == State.RESIDENT || state == State.PREPARING) {
        attachment.gate().open(place);
      }
    } else if (state == State.RESIDENT) {
      retries.startOver();
      seekPlace(effects);
    }
    if (state == State.RESIDENT && waiters.size() > 0) {
      settle(effects); // Who waits may have been left out, or need no move any more.
    }
    return new Attempt(attachment, target, List.of());
  }

  private void tellAttached(RegisteredDevice registered, Effects effects) {
    if (engine.listeners().isEmpty()) {
      return;
    }
    var event =
        new Attach(
            id, name, spec, registered.user(), Member.names(roster.users().devices()), heapName());
    tell(effects, listener -> listener.attached(event));
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
          return attachment.gate().isOpen()
              ? admit(Request.map(attachment, access, /* parks= */ false))
              : null;
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

  @Override
  boolean serve(Request request, Effects effects) {
    switch (request.kind()) {
      case MAP -> {
        AttachedDevice attachment = request.mapper();
        if (attachment.gate().isOpen() || isReentry(request, attachment)) {
          request.grant(effects, admit(request));
          return true;
        }
        if (attachment.isLeftOut() && state == State.RESIDENT) {
          request.fail(effects, leftOut(attachment));
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

  private LeftOutException leftOut(AttachedDevice attachment) {
    return new LeftOutException(
        "cannot map "
            + name
            + " for "
            + attachment.device().name()
            + ": the device is dispensable, and left out as long as "
            + Member.names(roster.users().devices())
            + " are attached and cannot all be served; the buffer lies in "
            + resident().heap().name());
  }

  private BufferMapping admit(Request request) {
    AttachedDevice attachment = request.mapper();
    Gate.Pass pass =
        attachment
            .gate()
            .admit(resident(), request.mapAccess(), request.asker(), request.callSite());
    return attachment.mapped(pass, request.mapAccess());
  }

  boolean recordsCallSites() {
    return engine.settings().recordCallSites();
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
            roster.detached(attachment);
            renegotiate(effects);
            attachment.gate().shut();
            if (waiters.size() > 0) {
              ClosedException closed =
                  new ClosedException(attachment.device().name() + " was detached from " + name);
              waiters.fail(effects, request -> request.attachment() == attachment, closed);
            }
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

  Listeners listeners() {
    return engine.listeners();
  }
}
