package dev.dmabroker.internal.gate;

import dev.dmabroker.Attachment;
import dev.dmabroker.BrokerException;
import dev.dmabroker.FixedView;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveListener;
import dev.dmabroker.Pin;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerSnapshot.AttachmentState;
import dev.dmabroker.event.LeakFound;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Clock;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.Leakable;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.Access;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One device at one buffer. Maps through its own gate, and through the buffer when that is shut.
 */
public final class AttachedDevice extends Leakable implements Attachment, Asker {
  private final GateKeeper buffer;
  private final RegisteredDevice device;
  private final Services services;
  final Gate gate = new Gate();

  // At hand, as each further look that a map takes has its time.
  private final Clock clock;

  /** The {@link Accesses} that the device declared. */
  private final int permitted;

  /** Whether the broker itself uses the device here, as a stream does. */
  private final boolean ofBroker;

  private volatile boolean detached;
  private volatile boolean leftOut;

  /** The listeners that the attachment's handle keeps; null before the first one is added. */
  private volatile @Nullable Reference<MoveListeners> moveListeners;

  public AttachedDevice(
      Services services, GateKeeper buffer, RegisteredDevice device, @Nullable Origin origin) {
    super(origin, services.leaks());
    this.services = services;
    this.buffer = buffer;
    this.device = device;
    this.clock = services.clock();
    this.permitted = Accesses.permittedBy(device.access());
    this.ofBroker = origin == null;
  }

  @Override
  public RegisteredDevice device() {
    return device;
  }

  @Override
  public GateKeeper buffer() {
    return buffer;
  }

  @Override
  public BufferMapping map(Access access) {
    return map(gate, access, this);
  }

  /**
   * The fast path of {@link #map(Access)}.
   *
   * @param gate this attachment's gate, which the caller has at hand
   * @param asker asks if the gate does not let the mapping in
   */
  BufferMapping map(Gate gate, Access access, Asker asker) {
    Objects.requireNonNull(access, "access");
    return gate.map(access, permitted, clock.ticked(), asker);
  }

  @Override
  public BufferMapping ask(Access access) {
    checkDeclared(access);
    return buffer.map(this, access, services.settings().mapTimeout());
  }

  @Override
  public BufferMapping map(Access access, Duration timeout) {
    Duration wait = Durations.timeout(timeout);
    BufferMapping mapping = enter(access, /* own= */ true);
    return mapping != null ? mapping : buffer.map(this, access, wait);
  }

  @Override
  public Optional<Mapping> tryMap(Access access) {
    BufferMapping mapping = enter(access, /* own= */ true);
    return Optional.ofNullable(mapping != null ? mapping : buffer.tryMap(this, access));
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access) {
    return mapAsync(access, mapTimeout());
  }

  /** How long a map waits if it was given no timeout. */
  Duration mapTimeout() {
    return services.settings().mapTimeout();
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access, Duration timeout) {
    Duration wait = Durations.timeout(timeout);
    try {
      return buffer.mapAsync(this, access, wait);
    } catch (BrokerException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Maps for a thread of another process; see {@link GateKeeper#mapFor}.
   *
   * @param timeout null for the broker's default
   */
  public CompletableFuture<Mapping> mapFor(
      ForeignCaller asker, Access access, @Nullable Duration timeout) {
    Duration wait = timeout == null ? services.settings().mapTimeout() : Durations.timeout(timeout);
    try {
      return buffer.mapFor(asker, this, access, wait);
    } catch (BrokerException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Maps without a lock; null if the buffer has to be asked. */
  public @Nullable BufferMapping enter(Access access, boolean own) {
    Objects.requireNonNull(access, "access");
    BufferMapping mapping = gate.enter(access, permitted, own, clock.ticked());
    if (mapping == null) {
      checkDeclared(access);
    }
    return mapping;
  }

  /** Only after the gate let no mapping in: it lets in what the device declared, and no more. */
  private void checkDeclared(Access access) {
    if (!device.access().permits(access)) {
      throw Exceptions.undeclaredAccess(
          "cannot map "
              + buffer.name()
              + " for "
              + device.name()
              + " with "
              + access
              + ": the device declared "
              + device.access()
              + "; declare what it needs with DeviceSpec.Builder.access");
    }
  }

  void open(Place place, Gate.Opening how) {
    Occupancy occupancy = place.occupancy(this);
    switch (how) {
      case OPEN -> {
        if (!gate.isFullyOpenAt(place)) {
          gate.open(occupancy);
        }
      }
      case WATCHED -> gate.watch(occupancy);
      case TO_READERS -> gate.openToReaders(occupancy);
    }
  }

  /** Lets a mapping in to the place; by the gate if that would let it in. */
  public BufferMapping admit(
      Place place,
      Access access,
      Object caller,
      boolean own,
      @Nullable Throwable where,
      AfterLock after) {
    if (access.writes()) {
      place.markWritten();
    }
    BufferMapping[] admitted = new BufferMapping[1];
    after.undo(
        () -> {
          if (admitted[0] != null) {
            boolean unused = admitted[0].leave();
          }
        });
    BufferMapping mapping =
        gate.admit(place.occupancy(this), access, caller, own, clock.nanos(), where);
    admitted[0] = mapping;
    return mapping;
  }

  @Override
  public Pin pin() {
    return buffer.pin(this, services.settings().mapTimeout());
  }

  @Override
  public Pin pin(Duration timeout) {
    return buffer.pin(this, Durations.timeout(timeout));
  }

  @Override
  public Subscription onMove(MoveListener listener) {
    throw new UnsupportedOperationException("an attachment's handle keeps the listeners to moves");
  }

  @Override
  public FixedView fixedView(int reservedBytes) {
    throw new UnsupportedOperationException("a view that is kept keeps the attachment's handle");
  }

  /** Adds a listener to those that the attachment's handle keeps. */
  Subscription onMove(MoveListener listener, MoveListeners keptByHandle) {
    moveListeners = new WeakReference<>(keptByHandle);
    return keptByHandle.add(listener, device.lane());
  }

  public void tellMoved(long generation) {
    Reference<MoveListeners> kept = moveListeners;
    MoveListeners listeners = kept == null ? null : kept.get();
    if (listeners != null) {
      listeners.tell(generation);
    }
  }

  Services services() {
    return services;
  }

  public boolean suits(Place place) {
    return place.suits(device);
  }

  public Gate gate() {
    return gate;
  }

  @Override
  public boolean isLeftOut() {
    return leftOut;
  }

  void leaveOut(boolean leftOut) {
    this.leftOut = leftOut;
  }

  AttachmentState snapshot() {
    return new StateRecords.AttachmentState(
        device.name(), services.time().instant(sinceNanos()), leftOut);
  }

  /**
   * Whether the broker itself attached the device, as a stream does. A stream replaces by itself
   * what groups that have left may have kept.
   */
  boolean isOfBroker() {
    return ofBroker;
  }

  public boolean isDetached() {
    return detached;
  }

  /** Under the buffer's lock: false if it was detached before. */
  public boolean markDetached(AfterLock after) {
    if (detached) {
      return false;
    }
    after.undo(() -> detached = false);
    detached = true;
    return true;
  }

  @Override
  public void close() {
    boolean unused = buffer.detach(this);
  }

  @Override
  public void lost() {
    services
        .workers()
        .execute(
            () -> {
              if (buffer.detach(this)) {
                services
                    .leaks()
                    .report(
                        new EventRecords.LeakFound(
                            LeakFound.Kind.ATTACHMENT,
                            buffer.name(),
                            Optional.of(device.name()),
                            Optional.empty(),
                            age(services.time()),
                            created()));
              }
            });
  }

  @Override
  public String toString() {
    return device.name() + " at " + buffer.name();
  }
}
