package dev.dmabroker.internal;

import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.LeftOutException;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.SyncFile;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What users and mappings ask of a buffer, and how far its {@linkplain BufferLife life} allows it
 * now.
 */
final class ManagedBuffer extends BufferLife implements SharedBuffer {

  ManagedBuffer(
      BufferRegistry registry,
      long id,
      String name,
      Target target,
      Budgets.Reservation reservation,
      @Nullable MoveQueue<BufferLife> queue,
      @Nullable Origin origin) {
    super(registry, id, name, target, reservation, queue, origin);
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

  /** For the broker itself: nobody notices if it is not closed. */
  @Override
  public AttachedDevice attach(Device device) {
    return attach(device, null);
  }

  AttachedDevice attach(Device device, @Nullable Origin origin) {
    return attachOwn(registry.devices().own(device), origin);
  }

  AttachedDevice attachOwn(RegisteredDevice registered, @Nullable Origin origin) {
    askIfItTakesWhatStays(registered);
    Attempt attempt = locked(after -> attach(registered, origin, after));
    if (attempt.attachment() == null) {
      // Working out why takes time, so it is done without the lock.
      UnsatisfiableException refused =
          registry
              .planner()
              .unsatisfiable(
                  "attach " + registered.name() + " to " + name,
                  attempt.target(),
                  attempt.devices(),
                  /* counting= */ false);
      var event = new EventRecords.AttachRefused(name, registered.name(), refused);
      services().listeners().tell(listener -> listener.refused(event));
      throw refused;
    }
    return attempt.attachment();
  }

  /** An attachment, or what made it impossible. */
  private record Attempt(
      @Nullable AttachedDevice attachment, Target target, List<RegisteredDevice> devices) {}

  private Attempt attach(RegisteredDevice registered, @Nullable Origin origin, AfterLock after) {
    checkReference("attach " + registered.name() + " to " + name);
    registered.checkOpen("attach it to " + name);
    Planner planner = registry.planner();
    Target target = target();
    Demand all = attachments.with(target, registered);
    if (isPinned() && !resident().suits(registered) && !registered.isDispensable()) {
      throw pinned(
          "attach "
              + registered.name()
              + " to "
              + name
              + (stays() ? ", which lacks its " + resident().unmet(registered) : ""));
    }
    AttachedDevice attachment;
    if (suitsAllWithoutHeaps(registered)) {
      tellAttached(registered, after);
      attachment = new AttachedDevice(services(), this, registered, origin);
      attachments.add(attachment);
      if (stays()) {
        leaveOut(attachments.unsuited(resident()), after);
      }
    } else if (all != null) {
      // Where they were served without heaps, it was not asked whether one suits.
      boolean known = (place == null || !place.isAdopted()) && attachments.require(target, all);
      if (!known && !Solver.serves(planner.table(), target, all)) {
        return new Attempt(null, target, attachments.devicesWith(registered));
      }
      tellAttached(registered, after);
      attachment = new AttachedDevice(services(), this, registered, origin);
      attachments.add(attachment, target, all);
    } else {
      List<RegisteredDevice> devices = attachments.devicesWith(registered);
      Solution solution = planner.solve(target, devices);
      if (!solution.isPossible()) {
        return new Attempt(null, target, devices);
      }
      tellAttached(registered, after);
      attachment = new AttachedDevice(services(), this, registered, origin);
      attachments.add(attachment);
      leaveOut(solution.leftOut(), after);
    }
    if (place != null && attachment.suits(place)) {
      attachments.openGate(attachment, place);
    } else {
      moveCause = BufferMove.Cause.ATTACH;
      if (state == State.RESIDENT) {
        retries.startOver();
        seekPlace(after);
      }
    }
    if (state == State.RESIDENT && requests.size() > 0) {
      settle(after); // Who waits may have been left out, or need no move any more.
    }
    return new Attempt(attachment, target, List.of());
  }

  /** Whether it lies in adopted memory and need not leave, so that no heap has to suit. */
  private boolean suitsAllWithoutHeaps(RegisteredDevice registered) {
    return stays()
        || (place != null
            && place.isAdopted()
            && place.suits(registered)
            && attachments.isSuited(place));
  }

  /** Memory that stays is the device's only choice: if it does not seem to suit, it is tried. */
  private void askIfItTakesWhatStays(RegisteredDevice registered) {
    Place tried =
        locked(
            after -> {
              if (!stays() || place == null || place.suits(registered)) {
                return null;
              }
              place.beginUse();
              return place;
            });
    if (tried == null) {
      return;
    }
    boolean taken = false;
    try {
      taken = registered.takes(tried.backing());
    } finally {
      boolean accepted = taken;
      locked(
          after -> {
            if (accepted) {
              tried.accept(registered);
            }
            tried.endUse();
            advance(after);
            return null;
          });
    }
  }

  private void tellAttached(RegisteredDevice registered, AfterLock after) {
    if (services().listeners().isEmpty()) {
      return;
    }
    var event =
        new EventRecords.DeviceAttached(
            id,
            name,
            spec,
            registered.user(),
            Participant.names(attachments.users().devices()),
            heapName());
    tell(after, listener -> listener.attached(event));
  }

  @Override
  public void prepare() {
    prepare(services().settings().mapTimeout());
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
        after -> {
          checkReference("unprepare " + name);
          if (state == State.UNBACKED) {
            return null;
          }
          if (isPinned()) {
            throw pinned("unprepare " + name);
          }
          if (state == State.RESIDENT) {
            attachments.shutGates();
            if (resident().isIdle()) {
              giveBack(after);
              return null;
            }
            settle(after);
          }
          throw complaint().busy();
        });
  }

  @Override
  public void close() {
    boolean unused = dropReference();
  }

  // ---- Mapping, when the gate did not let it in ----

  /** Maps, waits for the buffer to settle, or allocates in this thread. */
  BufferMapping map(AttachedDevice attachment, Access access, Duration timeout) {
    Request request = Request.map(attachment, access, /* parks= */ true);
    if (run(request, timeout) instanceof BufferMapping mapping) {
      return mapping;
    }
    throw new IllegalStateException("a map was granted without a mapping");
  }

  HeldPin pin(AttachedDevice attachment, Duration timeout) {
    if (run(Request.pin(attachment), timeout) instanceof HeldPin pin) {
      return pin;
    }
    throw new IllegalStateException("a pin was granted without one");
  }

  @Nullable BufferMapping tryMap(AttachedDevice attachment, Access access) {
    return locked(
        after -> {
          advance(after);
          checkUsable(attachment, "map");
          return attachment.gate().lets(access) == null
              ? null
              : attachment.admit(
                  resident(),
                  access,
                  Thread.currentThread(),
                  /* own= */ true,
                  services().callSite());
        });
  }

  CompletableFuture<Mapping> mapAsync(AttachedDevice attachment, Access access) {
    Request request = Request.map(attachment, access, /* parks= */ false);
    boolean allocates = submit(request);
    MapFuture future = MapFuture.of(request);
    if (allocates) {
      services().workers().execute(this::allocateFirst);
    }
    request.expireAfter(services().settings().mapTimeout());
    return future;
  }

  private @Nullable Grant run(Request request, Duration timeout) {
    if (submit(request)) {
      allocateFirst();
    }
    return request.await(timeout);
  }

  /** Serves the request or puts it in the queue. True if the caller has to allocate. */
  private boolean submit(Request request) {
    return locked(
        after -> {
          advance(after); // The mover may have taken a map that turned back for a mapping.
          if (request.attachment() != null) {
            checkUsable(request.attachment(), request.kind() == Request.Kind.PIN ? "pin" : "map");
          } else {
            checkReference(request.describe());
          }
          refuseSelfWait(request);
          if (serve(request, after)) {
            if (request.kind() == Request.Kind.PIN) {
              requests.serve(other -> serve(other, after)); // Some may have to be refused now.
            }
            return false;
          }
          requests.add(request);
          if (state == State.UNBACKED) {
            state = State.ALLOCATING;
            return true;
          }
          if (state == State.RESIDENT) {
            moveCause = request.moveCause();
            retries.startOver();
            seekPlace(after);
          } else {
            hurry();
          }
          return false;
        });
  }

  @Override
  boolean serve(Request request, AfterLock after) {
    switch (request.kind()) {
      case MAP -> {
        AttachedDevice attachment = request.mapper();
        if (attachment.gate().lets(request.mapAccess()) == null
            && !isReentry(request, attachment)) {
          return refuse(request, after);
        }
        request.serve(after, () -> attachment.admitTo(resident(), request));
        return true;
      }
      case PIN -> {
        if (state != State.RESIDENT || !request.mapper().suits(resident())) {
          return refuse(request, after);
        }
        request.serve(after, () -> pin(request.mapper()));
        return true;
      }
      case PREPARE -> {
        if (state != State.RESIDENT || !isSettled()) {
          return refuse(request, after);
        }
        request.serve(after, () -> null);
        return true;
      }
      case EVACUATE -> {
        if (state == State.UNBACKED) {
          request.serve(after, () -> null);
          return true;
        }
        if (state != State.RESIDENT || isPinned()) {
          return refuse(request, after);
        }
        evacuation = request;
        state = State.DRAINING;
        attachments.shutGates();
        advance(after);
        return true;
      }
    }
    throw new AssertionError(request.kind());
  }

  /** Ends what cannot be served by waiting: whether that is so. */
  private boolean refuse(Request request, AfterLock after) {
    if (state != State.RESIDENT) {
      return false;
    }
    AttachedDevice attachment = request.attachment();
    if (attachment != null && attachment.isLeftOut()) {
      request.fail(after, leftOut(attachment));
      return true;
    }
    if (isPinned()) {
      request.fail(after, pinned(request.describe()));
      return true;
    }
    return false;
  }

  private LeftOutException leftOut(AttachedDevice attachment) {
    return Exceptions.leftOut(
        "cannot map "
            + name
            + " for "
            + attachment.device().name()
            + ": the device is dispensable, and left out as long as "
            + Participant.names(attachments.users().devices())
            + " are attached and cannot all be served; the buffer lies in "
            + resident().heap().name());
  }

  /**
   * Whether the thread holds up the drain already, so that it would wait for itself: letting it in
   * once more holds up the drain no longer than it is held up anyway.
   */
  private boolean isReentry(Request request, AttachedDevice attachment) {
    return state == State.DRAINING
        && request.parks()
        && place != null
        && attachment.suits(place)
        && place.isHeldBy(request.asker(), /* writing= */ evacuation == null);
  }

  private void refuseSelfWait(Request request) {
    if (place != null
        && request.parks()
        && needsDrain(request)
        && place.isHeldBy(Thread.currentThread(), needsOnlyWritersGone(request))) {
      throw complaint().selfWait(request.describe(), "the calling thread");
    }
  }

  /** Whether it cannot be served where the buffer lies. */
  private boolean needsDrain(Request request) {
    return request.kind() == Request.Kind.EVACUATE
        // It has to wait for the end of a move wherever that leads.
        || (request.kind() == Request.Kind.PIN && relocation != null && !relocation.makesRoom())
        || (place != null
            && (request.attachment() == null ? !isSettled() : !request.attachment().suits(place)));
  }

  private static boolean needsOnlyWritersGone(Request request) {
    return request.kind() != Request.Kind.EVACUATE;
  }

  /** The threads that made mappings which have to be closed before the request can be served. */
  List<Thread> blockers(Request request) {
    synchronized (lock) {
      if (request.isDone() || place == null) {
        return List.of();
      }
      if (state == State.DRAINING) {
        return place.threads(/* writing= */ evacuation == null);
      }
      // Whoever reads may still do so in the place that a move leaves behind.
      boolean writing = needsOnlyWritersGone(request) || relocation != null;
      return needsDrain(request) ? place.threads(writing) : List.of();
    }
  }

  /** The drain is held up for ever anyway: whether the request need not wait for it, or not now. */
  boolean letInAnyway(Request request) {
    return locked(
        after ->
            request.isDone()
                || (relocation != null && relocation.isDrained())
                || letIn(request, after));
  }

  private boolean letIn(Request request, AfterLock after) {
    // Once drained, who came in to write might be missed by the copy.
    if (request.kind() != Request.Kind.MAP
        || state != State.DRAINING
        || (relocation != null && relocation.isDrained())
        || !request.mapper().suits(resident())) {
      return false;
    }
    requests.remove(request);
    request.serve(after, () -> request.mapper().admitTo(resident(), request));
    return true;
  }

  /**
   * Ends a request that could only be served once a mapping is closed which its own chain holds; or
   * lets it in where that one is, if that helps.
   */
  void refuseWaitFor(Request request, BufferMapping held) {
    locked(
        after -> {
          if (request.isDone() || !held.isOpen() || held.place() != place) {
            return null;
          }
          if (needsDrain(request)) {
            if (held.access().writes() || !needsOnlyWritersGone(request)) {
              requests.remove(request);
              request.fail(after, complaint().selfWait(request.describe(), "its own chain"));
            }
          } else if (held.access().writes() || evacuation != null) {
            boolean unused = letIn(request, after);
          }
          return null;
        });
  }

  /** A request that ended by itself leaves the queue. */
  void withdraw(Request request) {
    locked(
        after -> {
          requests.remove(request);
          if (evacuation == request) {
            evacuation = null;
            state = State.RESIDENT;
            settle(after);
          }
          return null;
        });
  }

  /** A mapping was closed, or turned back, while its gate was not open at its place. */
  void left() {
    locked(
        after -> {
          advance(after);
          return null;
        });
  }

  /** The same, from a thread that must not be held up. */
  void leftOnTime() {
    onTime(this::advance);
  }

  /** False if it was detached before, be it with the broker. */
  boolean detach(AttachedDevice attachment) {
    attachment.clear();
    return locked(
        after -> {
          boolean first = attachment.markDetached();
          if (first) {
            attachments.remove(attachment);
            attachment.gate().shut();
            unpin(pin -> pin.attachment() == attachment, after);
            moveCause = BufferMove.Cause.DETACH; // If one is needed now.
            renegotiate(after);
            if (requests.size() > 0) {
              ClosedException closed =
                  Exceptions.closed(attachment.device().name() + " was detached from " + name);
              requests.fail(after, request -> request.attachment() == attachment, closed);
            }
            advance(after);
            if (state == State.RESIDENT) {
              settle(after); // Who is left may be suited now, and a prepare be served.
            }
          }
          return first && !brokerClosed;
        });
  }

  void unpin(HeldPin pin) {
    locked(
        after -> {
          unpin(it -> it == pin, after);
          return null;
        });
  }

  /** Takes a slot for CPU access, which keeps the memory in place just as a mapping does. */
  BufferMapping admitView(BufferMapping mapping) {
    AttachedDevice attachment = mapping.attachment();
    synchronized (lock) {
      if (!mapping.isOpen()) {
        throw Exceptions.closed(mapping + " is closed");
      }
      if (!mapping.place().heap().traits().cpuReach().is(true)) {
        throw Exceptions.undeclaredAccess(
            name
                + " lies in "
                + mapping.heapName()
                + ", which is not known to be in the CPU's reach; give a device that wants CPU"
                + " views the constraint cpuReach()");
      }
      return attachment.admit(
          mapping.place(),
          mapping.access(),
          Thread.currentThread(),
          /* own= */ true,
          services().callSite());
    }
  }

  private void checkReference(String intent) {
    if (referenceClosed || brokerClosed || state == State.RELEASED) {
      throw Exceptions.closed(
          "cannot " + intent + ": " + (brokerClosed ? "the broker" : "the buffer") + " is closed");
    }
  }

  private void checkUsable(AttachedDevice attachment, String verb) {
    if (brokerClosed || state == State.RELEASED || attachment.isDetached()) {
      throw Exceptions.closed(
          "cannot "
              + verb
              + " "
              + name
              + " for "
              + attachment.device().name()
              + ": "
              + (attachment.isDetached() ? "the attachment" : "the broker")
              + " is closed");
    }
  }

  /** Has the end of a mapping's fence told, and its failure to listeners. */
  void watchFence(BufferMapping mapping, SyncFile fence, Consumer<OptionalInt> whenSignalled) {
    registry
        .services()
        .fences()
        .watch(
            fence,
            "end " + mapping + " after its fence",
            errno -> {
              whenSignalled.accept(errno);
              errno.ifPresent(why -> tellFenceFailed(mapping, why));
            });
  }

  private void tellFenceFailed(BufferMapping mapping, int errno) {
    var event =
        new EventRecords.FenceFailure(
            name, mapping.attachment().device().name(), mapping.access(), errno);
    Services services = registry.services();
    services
        .workers()
        .execute(() -> services.listeners().tell(listener -> listener.fenceFailed(event)));
  }
}
