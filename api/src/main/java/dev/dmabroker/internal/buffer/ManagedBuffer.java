package dev.dmabroker.internal.buffer;

import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.RecallListener;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.BufferLease;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.gate.ForeignCaller;
import dev.dmabroker.internal.gate.Gate;
import dev.dmabroker.internal.gate.GateKeeper;
import dev.dmabroker.internal.gate.MemoryUse;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.gate.Recall;
import dev.dmabroker.internal.gate.UseWord;
import dev.dmabroker.internal.gate.UsedPlace;
import dev.dmabroker.internal.placement.Target;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Caller;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.Leakable;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.HeapException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A buffer as applications and attachments call it. Its states are in its {@linkplain BufferLife
 * life}.
 */
public final class ManagedBuffer implements GateKeeper {
  public final BufferLife life;

  ManagedBuffer(BufferLife life) {
    this.life = life;
  }

  // ---- What applications call ----

  @Override
  public String name() {
    return life.name;
  }

  @Override
  public BufferSpec spec() {
    return life.spec;
  }

  @Override
  public State state() {
    synchronized (life.lock) {
      return life.state();
    }
  }

  @Override
  public Optional<String> heapName() {
    synchronized (life.lock) {
      return Optional.ofNullable(life.place).map(here -> here.heap().name());
    }
  }

  /** The way in which the contents are stored now, which a copy has to share. */
  public Target storedTarget() {
    synchronized (life.lock) {
      return life.target();
    }
  }

  /**
   * Attaches a device for the broker itself: no leak is reported if the attachment is not closed.
   */
  @Override
  public AttachedDevice attach(Device device) {
    return attach(device, null);
  }

  AttachedDevice attach(Device device, Leakable.@Nullable Origin origin) {
    return attachOwn(life.supplies.devices().own(device), origin);
  }

  AttachedDevice attachOwn(RegisteredDevice registered, Leakable.@Nullable Origin origin) {
    return new Attaching(life, this, registered, origin).run();
  }

  @Override
  public void prepare() {
    prepare(life.services().settings().mapTimeout());
  }

  @Override
  public void prepare(Duration timeout) {
    BufferLife unused = new PrepareRequest(life, /* parks= */ true).run(Durations.timeout(timeout));
  }

  /**
   * Does what {@link #prepare()} does, and calls back in the end. A worker that calls this does not
   * wait for other threads.
   *
   * @param then gets what {@link #prepare()} would throw; null if the buffer is prepared
   */
  public void prepareThen(Consumer<@Nullable Throwable> then) {
    PrepareRequest request = new PrepareRequest(life, /* parks= */ false);
    try {
      request.submit();
    } catch (Throwable e) {
      then.accept(e);
      return;
    }
    request.waiting().then((granted, failure) -> then.accept(failure));
    try {
      request.expireAfter(life.services().settings().mapTimeout());
    } catch (VirtualMachineError e) {
      request.abandon();
    }
  }

  @Override
  public void evacuate(Duration timeout) {
    BufferLife unused = new EvacuateRequest(life).run(Durations.timeout(timeout));
  }

  @Override
  public void evacuate() {
    evacuate(life.services().settings().mapTimeout());
  }

  @Override
  public boolean tryEvacuate() {
    return life.lock.locked(this::evacuateIdle);
  }

  /** Gives the memory of an idle buffer back. False if the buffer is not idle. */
  private boolean evacuateIdle(AfterLock after) {
    String what = "evacuate " + life.name;
    Refusals.checkReference(life, () -> what);
    if (life.state() == State.UNBACKED) {
      return true;
    }
    if (life.isPinned()) {
      throw life.report().pinned(what);
    }
    if (!life.isResident()) {
      return false;
    }
    if (!life.resident().isIdle()) {
      return false; // No lease is asked back in vain.
    }
    // Whether the buffer is idle is final only once the gates are shut.
    life.attachments.shutGates(life.place, Recall.forEvacuation(after));
    if (!life.resident().isIdle()) {
      life.attachments.openGates(life.resident(), Gate.Opening.OPEN);
      return false;
    }
    life.giveBack(after);
    return true;
  }

  @Override
  public void close() {
    boolean unused = Ending.dropReference(life);
  }

  // ---- Mapping, when the gate did not let it in ----

  @Override
  public BufferMapping map(AttachedDevice attachment, Access access, Duration timeout) {
    return new MapRequest(life, attachment, access, /* parks= */ true).run(timeout);
  }

  @Override
  public HeldPin pin(AttachedDevice attachment, Duration timeout) {
    return new PinRequest(life, attachment).run(timeout);
  }

  @Override
  public @Nullable BufferMapping tryMap(AttachedDevice attachment, Access access) {
    left(); // The mover may have taken a map that turned back for a mapping.
    return life.lock.locked(
        after -> {
          Refusals.checkUsable(life, attachment, "map");
          return attachment.gate().lets(access) == null
              ? null
              : admit(attachment, life.resident(), access, after);
        });
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(
      AttachedDevice attachment, Access access, Duration timeout) {
    BufferMapping mapping = attachment.enter(access, /* own= */ false);
    if (mapping != null) {
      try {
        return MapFuture.done(mapping);
      } catch (VirtualMachineError e) {
        mapping.close();
        throw e;
      }
    }
    MapRequest request = new MapRequest(life, attachment, access, /* parks= */ false);
    request.submit();
    try {
      MapFuture future = MapFuture.of(request);
      request.expireAfter(timeout);
      return future;
    } catch (VirtualMachineError e) {
      request.abandon();
      throw e;
    }
  }

  @Override
  public CompletableFuture<Mapping> mapFor(
      ForeignCaller asker, AttachedDevice attachment, Access access, Duration timeout) {
    BufferMapping mapping = attachment.enter(access, /* own= */ false);
    if (mapping != null) {
      mapping.hand(asker.caller());
      return MapFuture.done(mapping);
    }
    return ForeignMap.ask(life, asker, attachment, access, timeout);
  }

  @Override
  public BufferMapping admitUse(BufferLease lease) {
    return life.lock.locked(
        after -> {
          if (lease.uses() == 0) {
            throw lease.closed();
          }
          return lease
              .attachment()
              .admit(
                  lease.place(),
                  lease.access(),
                  Caller.current(),
                  /* own= */ false,
                  life.services().callSite(),
                  after);
        });
  }

  @Override
  public BufferMapping admitView(UsedPlace used) {
    return life.lock.locked(after -> admitView(used, after));
  }

  private BufferMapping admitView(UsedPlace used, AfterLock after) {
    if (!used.isOpen()) {
      throw used.closed();
    }
    if (!used.place().heap().traits().cpuReach().is(true)) {
      throw Exceptions.undeclaredAccess(
          life.name
              + " lies in "
              + used.heapName()
              + ", which is not known to be in the CPU's reach; give a device that wants CPU"
              + " views the constraint cpuReach()");
    }
    return admit(used.attachment(), used.place(), used.access(), after);
  }

  @Override
  public <T> T ask(UsedPlace used, Question<T> question) throws HeapException {
    Place place = used.place();
    T answer =
        MemoryUse.ask(
            life.lock,
            after -> {
              if (!used.isOpen()) {
                throw used.closed();
              }
              return List.of(place);
            },
            life::advance,
            () -> question.of(place.memory()));
    return Objects.requireNonNull(answer, "there is a place");
  }

  @Override
  public BufferLease lease(
      BufferMapping mapping, String holder, RecallListener listener, UseWord uses) {
    return life.lock.locked(
        after -> {
          if (!mapping.isOpen()) {
            throw mapping.closed();
          }
          BufferLease lease = mapping.lease(holder, listener, uses, after);
          after.then(mapping::close); // Its use is the lease's from here on.
          return lease;
        });
  }

  /** Makes a mapping that the calling thread closes. Under the lock. */
  private BufferMapping admit(
      AttachedDevice attachment, Place place, Access access, AfterLock after) {
    return attachment.admit(
        place, access, Caller.current(), /* own= */ true, life.services().callSite(), after);
  }

  @Override
  public void watchFence(
      BufferMapping mapping, SyncFile fence, Consumer<OptionalInt> whenSignalled) {
    life.services()
        .fences()
        .watch(
            fence,
            "end " + mapping + " after its fence",
            errno -> {
              whenSignalled.accept(errno);
              errno.ifPresent(why -> tellFenceFailed(mapping, why));
            });
  }

  /** Tells listeners on a worker and not in the poller's thread, which must not be held up. */
  private void tellFenceFailed(BufferMapping mapping, int errno) {
    var event =
        new EventRecords.FenceFailure(
            life.name, mapping.attachment().device().name(), mapping.access(), errno);
    Services services = life.services();
    services
        .workers()
        .execute(() -> services.listeners().tell(listener -> listener.fenceFailed(event)));
  }

  // ---- What attachments report ----

  @Override
  public void left() {
    life.lock.report(life::advance);
  }

  @Override
  public void leftOnTime() {
    life.lock.reportOnTime(life::advance);
  }

  @Override
  public boolean detach(AttachedDevice attachment) {
    // No leak is reported for the attachment from here on.
    attachment.clear();
    boolean[] detached = new boolean[1];
    life.lock.report(
        after -> {
          boolean first = attachment.markDetached(after);
          if (first) {
            Attaching.undo(life, attachment, after);
          }
          detached[0] = first && !life.brokerClosed;
        });
    return detached[0];
  }

  @Override
  public String toString() {
    return life.name;
  }
}
