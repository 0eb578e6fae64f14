package dev.dmabroker.remote;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Plan;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.remote.internal.client.Link;
import dev.dmabroker.remote.internal.client.RemoteBuffer;
import dev.dmabroker.remote.internal.client.RemoteDevice;
import dev.dmabroker.remote.internal.client.RemoteStream;
import dev.dmabroker.remote.internal.socket.PacketSocket;
import dev.dmabroker.remote.internal.socket.SocketFailure;
import dev.dmabroker.remote.internal.value.Plans;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.value.Values;
import dev.dmabroker.remote.internal.wire.BufferHandle;
import dev.dmabroker.remote.internal.wire.Export;
import dev.dmabroker.remote.internal.wire.Goodbye;
import dev.dmabroker.remote.internal.wire.Hello;
import dev.dmabroker.remote.internal.wire.MakePlan;
import dev.dmabroker.remote.internal.wire.MakeStream;
import dev.dmabroker.remote.internal.wire.RegisterDevice;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Welcome;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.ForeignMemory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A broker that is served by another process. It has the interfaces of a local one, so a pipeline
 * does not change. Thread-safe.
 */
public final class RemoteBroker implements Broker {
  private static final int VERSION = 1;

  private final Link link;
  private final Welcome welcome;

  private RemoteBroker(Link link, Welcome welcome) {
    this.link = link;
    this.welcome = welcome;
  }

  /**
   * Connects to a service. Blocks until the service has answered.
   *
   * @param socket where it listens
   * @param name by which lists, logs and errors of the service call this client
   * @throws SocketFailure if no service can be reached there
   */
  public static RemoteBroker connect(Path socket, String name) throws SocketFailure {
    Link link = new Link(PacketSocket.connect(socket), (event, packet) -> {});
    try {
      Welcome welcome =
          link.get(
              ToService.newBuilder()
                  .setHello(
                      Hello.newBuilder()
                          .setLowestVersion(VERSION)
                          .setHighestVersion(VERSION)
                          .setName(name)
                          .setPage(true)),
              answer -> {
                Welcome its = answer.message().getWelcome();
                link.count(its, answer.packet());
                return its;
              });
      return new RemoteBroker(link, welcome);
    } catch (RuntimeException | Error e) {
      link.close();
      throw e;
    }
  }

  /** The name by which the service calls this client. */
  public String name() {
    return welcome.getName();
  }

  @Override
  public Device register(DeviceSpec spec) {
    RegisterDevice.Builder request =
        RegisterDevice.newBuilder()
            .setName(spec.name())
            .setAccess(Specs.write(spec.access()))
            .setDispensable(spec.isDispensable())
            .setGroup(spec.group().orElse(""));
    spec.alternatives().forEach(each -> request.addAlternatives(Values.write(each)));
    spec.longestHold().ifPresent(hold -> request.setLongestHoldNanos(hold.toNanos()));
    return link.get(
        ToService.newBuilder().setRegisterDevice(request),
        answer -> new RemoteDevice(link, spec, answer.message().getDeviceRegistered()));
  }

  private List<SharedBuffer> export(Export.Builder request) {
    return link.get(
        ToService.newBuilder().setExport(request),
        answer -> {
          List<SharedBuffer> buffers = new ArrayList<>();
          for (BufferHandle handle : answer.message().getExported().getBuffersList()) {
            buffers.add(new RemoteBuffer(link, handle));
          }
          return buffers;
        });
  }

  @Override
  public SharedBuffer export(BufferSpec spec) {
    return export(Export.newBuilder().setSpec(Specs.write(spec)).setCount(1)).get(0);
  }

  @Override
  public SharedBuffer export(String name, BufferSpec spec) {
    return export(Export.newBuilder().setName(name).setSpec(Specs.write(spec)).setCount(1)).get(0);
  }

  @Override
  public SharedBuffer export(String name, BufferSpec spec, Device owner) {
    return export(
            Export.newBuilder()
                .setName(name)
                .setSpec(Specs.write(spec))
                .setOwner(ours(owner).identity())
                .setCount(1))
        .get(0);
  }

  private static RemoteDevice ours(Device device) {
    if (device instanceof RemoteDevice ours) {
      return ours;
    }
    throw new IllegalArgumentException(device + " is not a device of this service");
  }

  @Override
  public List<SharedBuffer> exportSet(String name, BufferSpec spec, int count) {
    return export(Export.newBuilder().setName(name).setSpec(Specs.write(spec)).setCount(count));
  }

  @Override
  public Plan plan(BufferSpec spec, Collection<Device> devices) {
    MakePlan.Builder request = MakePlan.newBuilder().setSpec(Specs.write(spec));
    devices.forEach(device -> request.addDevices(ours(device).identity()));
    return link.get(
        ToService.newBuilder().setMakePlan(request),
        answer -> Plans.read(answer.message().getPlanned()));
  }

  @Override
  public BufferStream stream(StreamSpec spec) {
    MakeStream.Builder request =
        MakeStream.newBuilder()
            .setName(spec.name())
            .setBuffer(Specs.write(spec.buffer()))
            .setProducer(ours(spec.producer()).identity())
            .setMinBuffers(spec.minBuffers())
            .setMaxBuffers(spec.maxBuffers())
            .setMaxBytes(spec.maxBytes() == Long.MAX_VALUE ? 0 : spec.maxBytes())
            .setQuietTimeNanos(spec.quietTime().toNanos())
            .setStopDeadlineNanos(spec.stopDeadline().toNanos());
    return link.get(
        ToService.newBuilder().setMakeStream(request),
        answer -> new RemoteStream(link, spec, answer.message().getStreamMade().getStream()));
  }

  @Override
  public SharedBuffer adopt(String name, BufferSpec spec, Layout layout, ForeignMemory memory) {
    throw new UnsupportedOperationException(
        memory + " is this process's; a service adopts only memory of its own process");
  }

  @Override
  public Shadow shadow(SharedBuffer original) {
    throw new UnsupportedOperationException("shadows do not cross yet");
  }

  @Override
  public HeapsChanged rescan() {
    throw new UnsupportedOperationException(
        "the heaps are the service's, which looks for new ones itself");
  }

  @Override
  public BrokerSnapshot snapshot() {
    throw new UnsupportedOperationException("snapshots do not cross yet");
  }

  @Override
  public Subscription listen(BrokerListener listener, Delivery delivery) {
    throw new UnsupportedOperationException("events do not cross yet");
  }

  /** Closes all that this client has, and the connection. */
  @Override
  public void close() {
    if (!link.isEnded()) {
      try {
        link.order(ToService.newBuilder().setGoodbye(Goodbye.getDefaultInstance()));
      } finally {
        link.close();
      }
    }
  }
}
