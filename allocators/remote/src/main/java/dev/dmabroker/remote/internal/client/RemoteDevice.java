package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.wire.CloseDevice;
import dev.dmabroker.remote.internal.wire.DeviceRegistered;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.DeviceProbe;
import dev.dmabroker.spi.Trait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A device that is registered with a service. */
public final class RemoteDevice implements Device {
  private final Link link;
  private final long identity;
  private final DeviceSpec spec;
  private final Duration longestHold;
  private final List<Finding> findings;
  private final AtomicBoolean closed = new AtomicBoolean();

  private record RemoteFinding(
      String heap, DeviceProbe.Verdict verdict, Trait.Basis basis, String reason)
      implements Finding {}

  /** Reads the answer to a registration. */
  public RemoteDevice(Link link, DeviceSpec spec, DeviceRegistered registered)
      throws BadMessageException {
    this.link = link;
    this.spec = spec;
    identity = registered.getDevice();
    longestHold = Duration.ofNanos(registered.getLongestHoldNanos());
    List<Finding> all = new ArrayList<>();
    for (var finding : registered.getFindingsList()) {
      try {
        all.add(
            new RemoteFinding(
                finding.getHeap(),
                DeviceProbe.Verdict.valueOf(finding.getVerdict().name()),
                Trait.Basis.valueOf(finding.getBasis()),
                finding.getReason()));
      } catch (IllegalArgumentException e) {
        throw new BadMessageException(String.valueOf(e.getMessage()), e);
      }
    }
    findings = List.copyOf(all);
  }

  /** The service's identity of the device. */
  public long identity() {
    return identity;
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Constraints constraints() {
    return spec.constraints();
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
  }

  @Override
  public String toString() {
    return name();
  }
}
