package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Findings;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.value.Values;
import dev.dmabroker.remote.internal.wire.DeviceRegistered;
import dev.dmabroker.remote.internal.wire.RegisterDevice;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import dev.dmabroker.spec.Constraints;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Serves the requests about a client's devices. In the broker a device has its client's name before
 * its own, so that clients do not take names from one another.
 */
final class DeviceRequests {
  private final Session session;
  private final Server server;
  private final Standing standing;
  private final Things<Device> devices;
  private final RemoteProbes probes;

  DeviceRequests(Session session, Server server, Standing standing) {
    this.session = session;
    this.server = server;
    this.standing = standing;
    probes = new RemoteProbes(session);
    devices = session.tables().table("device", session.limits().devices());
    session.atEnd(() -> devices.close().forEach(Device::close));
  }

  void serve(Requests requests) {
    requests.serve(
        BodyCase.REGISTER_DEVICE,
        Where.IN_ORDER,
        (number, request, packet) -> {
          if (request.getRegisterDevice().getProbe() != 0) {
            // It waits for the client's answers.
            session.aside().execute(() -> registerWithProbe(number, request.getRegisterDevice()));
          } else {
            register(number, request.getRegisterDevice());
          }
        });
    probes.serve(requests);
    requests.serve(
        BodyCase.CLOSE_DEVICE,
        Where.IN_ORDER,
        (number, request, packet) -> {
          Device device = devices.remove(request.getCloseDevice().getDevice());
          if (device != null) {
            device.close();
          }
          session.done(number);
        });
    SentMemory sent = standing.sent();
    BufferRequests buffers = new BufferRequests(session, server, devices, sent);
    buffers.serve(requests);
    StreamRequests streams = new StreamRequests(session, server, devices, sent);
    streams.serve(requests);
    new ShareRequests(session, server, standing, buffers, streams).serve(requests);
    new LookRequests(session, buffers, streams).serve(requests);
    new WatchRequests(
            session,
            server,
            name ->
                buffers.buffers().any(held -> held.buffer().name().equals(name))
                    || streams.streams().any(held -> held.stream().spec().name().equals(name)))
        .serve(requests);
  }

  private void registerWithProbe(long number, RegisterDevice request) {
    try {
      register(number, request);
    } catch (BadMessageException e) {
      session.refuse(number, new IllegalArgumentException(e.getMessage()));
    } catch (Throwable e) {
      session.refuse(number, e);
    }
  }

  private void register(long number, RegisterDevice request) throws BadMessageException {
    devices.requireRoom(1);
    List<Constraints> alternatives = new ArrayList<>();
    for (var each : request.getAlternativesList()) {
      alternatives.add(Values.read(each));
    }
    String name = request.getName().strip();
    if (name.isEmpty() || name.length() > 64) {
      throw new BadMessageException("a device's name has 1 to 64 characters");
    }
    DeviceSpec.Builder spec =
        DeviceSpec.builder(session.names().full(name))
            .alternatives(alternatives.toArray(new Constraints[0]))
            .access(Specs.read(request.getAccess()))
            .group(standing.group());
    if (request.getLongestHoldNanos() != 0) {
      spec.longestHold(longestHold(request.getLongestHoldNanos()));
    }
    if (request.getDispensable()) {
      spec.dispensable();
    }
    if (request.getProbe() != 0) {
      spec.probe(probes.of(request));
    }
    Device device = register(spec);
    ((RegisteredDevice) device).markForeign();
    long identity = devices.add(device);
    if (identity == 0) {
      device.close();
      throw session.goneException();
    }
    session.answer(
        number, ToClient.newBuilder().setDeviceRegistered(write(identity, device)), List.of());
  }

  private Duration longestHold(long nanos) throws BadMessageException {
    Duration most = standing.limits().longestHold();
    if (nanos < 0 || nanos > most.toNanos()) {
      throw new BadMessageException(
          "a device of client "
              + standing.name()
              + " may hold a mapping for at most "
              + most.toMillis()
              + " ms, not "
              + Long.toUnsignedString(nanos)
              + " ns");
    }
    return Duration.ofNanos(nanos);
  }

  /** Registers a device; what the broker would grant beyond the client's limit is cut to it. */
  private Device register(DeviceSpec.Builder spec) {
    Device device = server.broker().register(spec.build());
    Duration most = standing.limits().longestHold();
    if (device.longestHold().compareTo(most) <= 0) {
      return device;
    }
    device.close();
    return server.broker().register(spec.longestHold(most).build());
  }

  private static DeviceRegistered write(long identity, Device device) {
    DeviceRegistered.Builder message =
        DeviceRegistered.newBuilder()
            .setDevice(identity)
            .setConstraints(Values.write(device.constraints()))
            .setLongestHoldNanos(device.longestHold().toNanos());
    device.findings().forEach(finding -> message.addFindings(Findings.write(finding)));
    return message.build();
  }
}
