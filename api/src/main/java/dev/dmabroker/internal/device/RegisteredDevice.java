package dev.dmabroker.internal.device;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.UndeclaredAccessException;
import dev.dmabroker.event.BrokerSnapshot.DeviceState;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.placement.Alternative;
import dev.dmabroker.internal.placement.Alternatives;
import dev.dmabroker.internal.placement.Participant;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Lane;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.DeviceProbe.Verdict;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Represents a device that is registered with one broker, with its constraints worked out for the
 * broker's heaps.
 */
public final class RegisteredDevice implements Device, Participant {
  private final DeviceRegistry registry;
  private final DeviceSpec spec;
  private final Duration longestHold;
  private final Alternatives maker;
  private volatile Known known;
  private volatile boolean closed;

  /** Calls what the application has at this device's attachments; null until it is needed. */
  private @Nullable Lane lane;

  RegisteredDevice(
      DeviceRegistry registry,
      DeviceSpec spec,
      Probing probing,
      Alternatives maker,
      Duration longestHold) {
    this.registry = registry;
    this.spec = spec;
    this.maker = maker;
    this.known = known(probing);
    this.longestHold = Durations.bounded(spec.longestHold().orElse(longestHold));
  }

  /** Holds what is known of the device, as it follows from the heaps that there are. */
  private record Known(Probing probing, ImmutableList<Alternative> alternatives, User user) {}

  private Known known(Probing probing) {
    return new Known(
        probing,
        ImmutableList.copyOf(
            probing.alternatives().stream().map(each -> maker.make(spec.name(), each)).toList()),
        new User(spec.name(), probing.alternatives().get(0), spec.access()));
  }

  /** Tells whether the device was asked about these heaps, if it can be asked. */
  boolean knows(ImmutableList<HeapAccount> heaps) {
    return known.probing().knows(spec, heaps);
  }

  /**
   * Asks the real device about heaps that it was not asked about, and forgets those that are gone.
   * This takes its time, so it must not run under a lock.
   */
  void learn(ImmutableList<HeapAccount> heaps) {
    if (spec.probe().isPresent()) {
      Probing before = known.probing();
      Probing now = before.with(spec, heaps);
      if (!now.equals(before)) {
        known = known(now);
      }
    }
  }

  /**
   * Returns the lane for code of the application that belongs to this device. It needs no bound of
   * its own: each attachment has one task in it at most for its moves, and leases look how many
   * tasks wait.
   */
  public synchronized Lane lane() {
    if (lane == null) {
      lane = new Lane("device " + name(), Integer.MAX_VALUE);
    }
    return lane;
  }

  /** Tells whether this registry made the device. */
  boolean belongsTo(DeviceRegistry candidate) {
    return registry == candidate;
  }

  public boolean isClosed() {
    return closed;
  }

  /**
   * Refuses to use a device that is closed.
   *
   * @throws dev.dmabroker.ClosedException if it is closed
   */
  public void checkOpen(String intent) {
    if (closed) {
      throw Exceptions.closed("cannot " + intent + ": device " + name() + " is closed");
    }
  }

  @Override
  public User user() {
    return known.user();
  }

  /**
   * Tells whether the device's probe, if it has one, takes that very memory. This asks the real
   * device.
   */
  public boolean takes(HeapMemory memory) {
    return spec.probe().isPresent() && Probing.takes(spec.probe().get(), spec, memory);
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Constraints constraints() {
    return known.user().constraints();
  }

  /**
   * Refuses early what every map would refuse.
   *
   * @throws UndeclaredAccessException if the device did not declare the access
   */
  public void checkDeclared(Access wanted, String stream) {
    if (!access().permits(wanted)) {
      throw Exceptions.undeclaredAccess(
          "cannot use "
              + name()
              + " in stream "
              + stream
              + ": it would map with "
              + wanted
              + " and declared "
              + access()
              + "; declare what it needs with DeviceSpec.Builder.access");
    }
  }

  DeviceState snapshot() {
    return new StateRecords.DeviceState(name(), constraints(), longestHold, findings());
  }

  /** Returns the group that pays for buffers with its budget, besides the device. */
  public Optional<String> group() {
    return spec.group();
  }

  /** Returns the group of devices that trust each other; those without a group are one, too. */
  public String trustGroup() {
    return spec.group().orElse("");
  }

  @Override
  public List<Finding> findings() {
    return known.probing().findings();
  }

  @Override
  public Optional<String> refusal(String heap) {
    return findings().stream()
        .filter(finding -> finding.heap().equals(heap))
        .filter(finding -> finding.verdict() == Verdict.REFUSED)
        .map(finding -> "the device was asked and refused: " + finding.reason())
        .findFirst();
  }

  @Override
  public List<Alternative> alternatives() {
    return known.alternatives();
  }

  @Override
  public boolean isDispensable() {
    return spec.isDispensable();
  }

  @Override
  public Access access() {
    return spec.access();
  }

  @Override
  public Duration longestHold() {
    return longestHold;
  }

  @Override
  public void close() {
    closed = true;
    registry.forget(this);
  }

  @Override
  public String toString() {
    return spec.toString();
  }
}
