package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Lane;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Findings;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.value.Values;
import dev.dmabroker.remote.internal.wire.CloseDevice;
import dev.dmabroker.remote.internal.wire.DeviceRegistered;
import dev.dmabroker.remote.internal.wire.RegisterDevice;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.DeviceProbe;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A device that is registered with a service. */
public final class RemoteDevice implements Device {
  private static final int ROOM = 1024;

  private final Link link;
  private final long identity;
  private final long probe;
  private final DeviceSpec spec;
  private final Constraints constraints;
  private final Duration longestHold;
  private final List<Finding> findings;
  private final Lane lane;
  private final AtomicBoolean closed = new AtomicBoolean();

  private RemoteDevice(Link link, DeviceSpec spec, long probe, DeviceRegistered registered)
      throws BadMessageException {
    this.link = link;
    this.spec = spec;
    this.probe = probe;
    identity = registered.getDevice();
    longestHold = Duration.ofNanos(registered.getLongestHoldNanos());
    findings = Findings.read(registered.getFindingsList());
    constraints =
        registered.hasConstraints() ? Values.read(registered.getConstraints()) : spec.constraints();
    lane = new Lane("moves-for-" + spec.name(), ROOM);
  }

  /** Registers a device. */
  public static RemoteDevice register(Link link, DeviceSpec spec) {
    RegisterDevice.Builder request =
        RegisterDevice.newBuilder()
            .setName(spec.name())
            .setAccess(Specs.write(spec.access()))
            .setDispensable(spec.isDispensable())
            .setGroup(spec.group().orElse(""));
    spec.alternatives().forEach(each -> request.addAlternatives(Values.write(each)));
    spec.longestHold().ifPresent(hold -> request.setLongestHoldNanos(Values.nanos(hold)));
    long probe = spec.probe().map(each -> name(link, request, spec, each)).orElse(0L);
    boolean registered = false;
    try {
      RemoteDevice device =
          link.get(
              ToService.newBuilder().setRegisterDevice(request),
              answer ->
                  new RemoteDevice(link, spec, probe, answer.message().getDeviceRegistered()));
      registered = true;
      if (probe != 0) {
        link.events().probes().await(); // The probe has given back what it held.
      }
      return device;
    } finally {
      if (!registered) {
        link.events().probes().remove(probe);
      }
    }
  }

  /** Says what a probe wants to be offered. Returns the number by which it is named. */
  private static long name(
      Link link, RegisterDevice.Builder request, DeviceSpec spec, DeviceProbe probe) {
    DeviceProbe.Sample sample = probe.sample(spec.constraints());
    long number = link.events().probes().add(probe);
    request
        .setProbe(number)
        .setProbeName(probe.name())
        .setSampleBytes(sample.sizeBytes())
        .setSampleLayout(Specs.write(sample.layout()));
    return number;
  }

  /**
   * The device as one of this service's.
   *
   * @throws IllegalArgumentException if it is another broker's
   */
  public static RemoteDevice of(Link link, Device device) {
    if (device instanceof RemoteDevice ours && ours.link == link) {
      return ours;
    }
    throw new IllegalArgumentException(
        "device " + device.name() + " belongs to another broker; register it with this one");
  }

  /** The service's identity of the device. */
  public long identity() {
    return identity;
  }

  /**
   * Refuses a device that is closed.
   *
   * @throws dev.dmabroker.ClosedException if it is
   */
  void requireOpen(String intent) {
    if (closed.get()) {
      throw Exceptions.closed(intent + ": device " + name() + " is closed");
    }
  }

  /** Calls the listeners at this device's attachments. */
  Lane lane() {
    return lane;
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Constraints constraints() {
    return constraints;
  }

  @Override
  public Access access() {
    return spec.access();
  }

  @Override
  public List<Finding> findings() {
    return findings;
  }

  @Override
  public Duration longestHold() {
    return longestHold;
  }

  @Override
  public void close() {
    Handles.close(
        closed,
        link,
        ToService.newBuilder().setCloseDevice(CloseDevice.newBuilder().setDevice(identity)));
    link.events().probes().remove(probe);
  }

  @Override
  public String toString() {
    return "device " + name() + (closed.get() ? ", closed" : "");
  }
}
