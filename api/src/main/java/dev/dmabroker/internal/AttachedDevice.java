package dev.dmabroker.internal;

import dev.dmabroker.Access;
import dev.dmabroker.Attachment;
import dev.dmabroker.BrokerException;
import dev.dmabroker.Mapping;
import dev.dmabroker.Pin;
import dev.dmabroker.UndeclaredAccessException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One device at one buffer. Maps through its own gate, and through the buffer when that is shut.
 */
final class AttachedDevice implements Attachment {
  private final ManagedBuffer buffer;
  private final RegisteredDevice device;
  private final BrokerEngine engine;
  private final Gate gate = new Gate();
  private volatile boolean detached;
  private volatile boolean leftOut;
  private volatile @Nullable Consumer<Long> moveListener;

  AttachedDevice(BrokerEngine engine, ManagedBuffer buffer, RegisteredDevice device) {
    this.engine = engine;
    this.buffer = buffer;
    this.device = device;
  }

  @Override
  public RegisteredDevice device() {
    return device;
  }

  @Override
  public ManagedBuffer buffer() {
    return buffer;
  }

  @Override
  public Mapping map(Access access) {
    BufferMapping mapping = enter(access, /* own= */ true);
    return mapping != null ? mapping : buffer.map(this, access, engine.settings().mapTimeout());
  }

  @Override
  public BufferMapping map(Access access, Duration timeout) {
    Durations.positive("the timeout", timeout);
    BufferMapping mapping = enter(access, /* own= */ true);
    return mapping != null ? mapping : buffer.map(this, access, timeout);
  }

  @Override
  public Optional<Mapping> tryMap(Access access) {
    BufferMapping mapping = enter(access, /* own= */ true);
    return Optional.ofNullable(mapping != null ? mapping : buffer.tryMap(this, access));
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access) {
    try {
      BufferMapping mapping = enter(access, /* own= */ false);
      return mapping != null ? MapFuture.done(mapping) : buffer.mapAsync(this, access);
    } catch (BrokerException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** The fast path: no lock; null if the buffer has to be asked. */
  @Nullable BufferMapping enter(Access access, boolean own) {
    if (!device.access().permits(Objects.requireNonNull(access, "access"))) {
      throw new UndeclaredAccessException(
          "cannot map "
              + buffer.name()
              + " for "
              + device.name()
              + " with "
              + access
              + ": the device declared "
              + device.access()
              + "; declare what it needs with DeviceSpec.access");
    }
    BufferMapping mapping =
        gate.enter(access, own, engine.clock().nanos(), Gate.callSite(engine.recordsCallSites()));
    if (mapping != null && access.writes()) {
      mapping.place().markWritten();
    }
    return mapping;
  }

  void open(Placement place, Roster.Opening how) {
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
  BufferMapping admit(
      Placement place, Access access, Thread who, boolean own, @Nullable Throwable where) {
    Occupancy occupancy = place.occupancy(this);
    Gate.Way way = gate.lets(access);
    if (way == null || way.occupancy() != occupancy) {
      way = gate.past(occupancy);
    }
    if (access.writes()) {
      place.markWritten();
    }
    return occupancy.admit(way, access, who, own, engine.clock().nanos(), where);
  }

  /** Grants a map that waited. */
  BufferMapping admitTo(Placement place, Request request) {
    return admit(place, request.mapAccess(), request.asker(), request.parks(), request.callSite());
  }

  @Override
  public Pin pin() {
    return buffer.pin(this, engine.settings().mapTimeout());
  }

  @Override
  public Pin pin(Duration timeout) {
    Durations.positive("the timeout", timeout);
    return buffer.pin(this, timeout);
  }

  @Override
  public void onMove(Consumer<Long> listener) {
    moveListener = Objects.requireNonNull(listener, "listener");
  }

  void tellMoved(long generation) {
    Consumer<Long> listener = moveListener;
    if (listener != null) {
      Listeners.guarded(
          "the move listener of " + device.name() + " at " + buffer.name(),
          () -> listener.accept(generation));
    }
  }

  boolean suits(Placement place) {
    return place.suits(device);
  }

  Gate gate() {
    return gate;
  }

  @Override
  public boolean isLeftOut() {
    return leftOut;
  }

  void leaveOut(boolean leftOut) {
    this.leftOut = leftOut;
  }

  boolean isDetached() {
    return detached;
  }

  /** Under the buffer's lock: false if it was detached before. */
  boolean markDetached() {
    boolean first = !detached;
    detached = true;
    return first;
  }

  @Override
  public void close() {
    buffer.detach(this);
  }

  @Override
  public String toString() {
    return device.name() + " at " + buffer.name();
  }
}
