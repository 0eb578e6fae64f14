package dev.dmabroker.remote;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Plan;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.Subscription;
import dev.dmabroker.allocators.linux.socket.PacketSocket;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.remote.internal.client.Link;
import dev.dmabroker.remote.internal.client.RemoteBuffer;
import dev.dmabroker.remote.internal.client.RemoteDevice;
import dev.dmabroker.remote.internal.client.RemoteShadow;
import dev.dmabroker.remote.internal.client.RemoteStream;
import dev.dmabroker.remote.internal.client.Sharing;
import dev.dmabroker.remote.internal.value.Plans;
import dev.dmabroker.remote.internal.value.Snapshots;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.BufferHandle;
import dev.dmabroker.remote.internal.wire.Export;
import dev.dmabroker.remote.internal.wire.Goodbye;
import dev.dmabroker.remote.internal.wire.Hello;
import dev.dmabroker.remote.internal.wire.MakePlan;
import dev.dmabroker.remote.internal.wire.TakeSnapshot;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Welcome;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.ForeignMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/**
 * A broker that another process serves ({@link BrokerService}). It has the interfaces of a local
 * one, so a pipeline does not change, and it shares buffers and streams with the other clients of
 * the service. Thread-safe.
 *
 * <p>It differs from a local broker in these points:
 *
 * <ul>
 *   <li>{@link #adopt}, {@link #rescan}, leases, and listeners that ask to be told in place are
 *       refused with {@link NotRemoteException}.
 *   <li>{@link #snapshot} and {@link #listen} tell what this client may see: all heaps, and of
 *       devices, buffers, streams and budgets its own and what it has opened. The client's own
 *       names are as it gave them; those of others have their client's name and a slash before
 *       them.
 *   <li>When the service goes, what is mapped stays mapped until it is closed, and each call throws
 *       {@link dev.dmabroker.ClosedException}; connect again.
 *   <li>The service refuses what is beyond a client's limits with {@link IllegalStateException},
 *       what the client has no right to with {@link UnsupportedOperationException}, and for a while
 *       what may make buffers move too often with {@link dev.dmabroker.BusyException}.
 * </ul>
 */
public final class RemoteBroker implements Broker {
  private static final int VERSION = 1;

  private final Link link;
  private final Welcome welcome;
  private final Sharing sharing;

  private RemoteBroker(Link link, Welcome welcome) {
    this.link = link;
    this.welcome = welcome;
    this.sharing = new Sharing(link);
  }

  /**
   * Connects to a service; the stages that are chained to futures run on the common pool. Blocks
   * until the service has answered.
   *
   * @param socket where it listens
   * @param name by which lists, logs and errors of the service call this client
   * @return the broker, which the caller closes
   * @throws IOException if no service can be reached there; the text says why, and what would help
   * @throws ClosedException if the service refuses this client; the text has the service's reason
   * @throws dev.dmabroker.DescriptorException if this process has no descriptor left for the page
   */
  public static RemoteBroker connect(Path socket, String name) throws IOException {
    return connect(socket, name, ForkJoinPool.commonPool());
  }

  /**
   * Connects to a service. Blocks until the service has answered.
   *
   * @param socket where it listens
   * @param name by which lists, logs and errors of the service call this client
   * @param callbacks runs the stages that are chained to futures, as {@link
   *     dev.dmabroker.BrokerBuilder#callbackExecutor} says; it must not run tasks in the calling
   *     thread
   * @return the broker, which the caller closes
   * @throws IOException if no service can be reached there; the text says why, and what would help
   * @throws ClosedException if the service refuses this client; the text has the service's reason
   * @throws dev.dmabroker.DescriptorException if this process has no descriptor left for the page
   */
  public static RemoteBroker connect(Path socket, String name, Executor callbacks)
      throws IOException {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(callbacks, "callbacks");
    Link link = new Link(PacketSocket.connect(socket), callbacks);
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

  /** {@return the name by which the service calls this client} */
  public String name() {
    return welcome.getName();
  }

  @Override
  public Device register(DeviceSpec spec) {
    return RemoteDevice.register(link, spec);
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
    return export(Export.newBuilder().setSpec(Specs.write(spec))).get(0);
  }

  @Override
  public SharedBuffer export(String name, BufferSpec spec) {
    return export(Export.newBuilder().setName(name).setSpec(Specs.write(spec))).get(0);
  }

  @Override
  public SharedBuffer export(String name, BufferSpec spec, Device owner) {
    return export(
            Export.newBuilder()
                .setName(name)
                .setSpec(Specs.write(spec))
                .setOwner(RemoteDevice.of(link, owner).identity()))
        .get(0);
  }

  @Override
  public List<SharedBuffer> exportSet(String name, BufferSpec spec, int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "cannot export " + name + ": a set has at least 1 buffer, not " + count);
    }
    return export(Export.newBuilder().setName(name).setSpec(Specs.write(spec)).setCount(count));
  }

  @Override
  public Plan plan(BufferSpec spec, Collection<Device> devices) {
    MakePlan.Builder request = MakePlan.newBuilder().setSpec(Specs.write(spec));
    devices.forEach(device -> request.addDevices(RemoteDevice.of(link, device).identity()));
    return link.get(
        ToService.newBuilder().setMakePlan(request),
        answer -> Plans.read(answer.message().getPlanned()));
  }

  /**
   * {@inheritDoc}
   *
   * @throws NotRemoteException if the spec names dispensable consumers
   */
  @Override
  public BufferStream stream(StreamSpec spec) {
    if (!spec.dispensable().isEmpty()) {
      throw new NotRemoteException(
          "StreamSpec.dispensable",
          "a service does not wait for consumers; close a consumer that does not answer");
    }
    return RemoteStream.make(link, spec);
  }

  /**
   * Is refused.
   *
   * @throws NotRemoteException always
   */
  @Override
  public SharedBuffer adopt(String name, BufferSpec spec, Layout layout, ForeignMemory memory) {
    throw new NotRemoteException(
        "Broker.adopt",
        "the service cannot check what this process says of its memory "
            + memory.name()
            + "; copy the contents into a buffer of the service, or adopt the memory in a broker of"
            + " this process");
  }

  @Override
  public Shadow shadow(SharedBuffer original) {
    return RemoteShadow.of(link, original);
  }

  /**
   * Is refused.
   *
   * @throws NotRemoteException always
   */
  @Override
  public HeapsChanged rescan() {
    throw new NotRemoteException(
        "Broker.rescan",
        "the heaps are the service's, whose application looks for new ones;"
            + " BrokerListener.heapsChanged tells of them");
  }

  @Override
  public BrokerSnapshot snapshot() {
    return link.get(
        ToService.newBuilder().setTakeSnapshot(TakeSnapshot.getDefaultInstance()),
        answer ->
            Snapshots.read(
                answer.message().getSnapshot(),
                link.events().listeners(),
                link.events().dropped()));
  }

  /**
   * {@inheritDoc} The listener is told what this client may see, and {@link
   * BrokerListener#brokerClosed} when the service has gone.
   *
   * @throws NotRemoteException if it asks to be told in place
   */
  @Override
  public Subscription listen(BrokerListener listener, Delivery delivery) {
    return link.events()
        .listen(
            Objects.requireNonNull(listener, "listener"),
            Objects.requireNonNull(delivery, "delivery"));
  }

  // ---- Sharing ----

  /**
   * Makes a token, with which another client opens a buffer.
   *
   * @param buffer of this client, or one that it has opened with the right to pass it on
   * @param rights what the other client may do
   * @return the token, to hand over in any way
   * @throws UnsupportedOperationException if this client may make no token, or none with these
   *     rights
   * @throws IllegalStateException if this client has as many tokens as it may have
   * @throws dev.dmabroker.ClosedException if the buffer is closed, or the service has gone
   */
  public Token share(SharedBuffer buffer, Rights rights) {
    return sharing.share(buffer, rights);
  }

  /**
   * Makes a token, with which another client opens a stream.
   *
   * @param stream of this client, or one that it has opened with the right to pass it on
   * @param rights what the other client may do
   * @return the token, to hand over in any way
   * @throws UnsupportedOperationException if this client may make no token, or none with these
   *     rights
   * @throws IllegalStateException if this client has as many tokens as it may have
   * @throws dev.dmabroker.ClosedException if the stream is closed, or the service has gone
   */
  public Token share(BufferStream stream, Rights rights) {
    return sharing.share(stream, rights);
  }

  /**
   * Takes a token back: it opens nothing any more, and what clients have opened with it is taken
   * from them. Mappings and frames that they hold stay valid until they are closed.
   *
   * @param token that this client made
   * @throws dev.dmabroker.ClosedException if the token opens nothing, or is not this client's
   */
  public void revoke(Token token) {
    sharing.revoke(token);
  }

  /**
   * Opens the buffer that a token stands for. It lives until all clients that have it have closed
   * it, also when its owner has gone.
   *
   * @param token from the buffer's owner
   * @return the buffer, which the caller closes
   * @throws dev.dmabroker.ClosedException if the token opens nothing: it was never made, was
   *     revoked, or its owner has gone
   * @throws IllegalArgumentException if it stands for a stream
   */
  public SharedBuffer openBuffer(Token token) {
    return sharing.openBuffer(token);
  }

  /**
   * Opens the stream that a token stands for, to consume it, and to fill it if the token's rights
   * allow it. It ends when its owner closes it or goes.
   *
   * @param token from the stream's owner
   * @return the stream, which the caller closes
   * @throws dev.dmabroker.ClosedException if the token opens nothing: it was never made, was
   *     revoked, or its owner has gone
   * @throws IllegalArgumentException if it stands for a buffer
   */
  public BufferStream openStream(Token token) {
    return sharing.openStream(token);
  }

  /**
   * Publishes a stream under a name, by which other clients open it, until it is withdrawn or
   * closed, or this client goes. After the service has gone, connect, make the stream and publish
   * it again: clients that wait for the name then find it.
   *
   * @param name 1 to 64 characters
   * @param stream of this client
   * @throws dev.dmabroker.DuplicateNameException if a stream is published under the name
   * @throws UnsupportedOperationException if this client may publish nothing, or has not made the
   *     stream
   * @throws dev.dmabroker.ClosedException if the stream is closed, or the service has gone
   */
  public void publish(String name, BufferStream stream) {
    sharing.publish(name, stream);
  }

  /**
   * Withdraws a name: clients that have opened the stream go on.
   *
   * @param name under which this client has published a stream
   * @throws dev.dmabroker.ClosedException if it has not, or the service has gone
   */
  public void withdraw(String name) {
    sharing.withdraw(name);
  }

  /**
   * Opens the stream that is published under a name, to consume it. Blocks for at most {@code
   * timeout} until a client publishes one.
   *
   * @param name under which it is published
   * @param timeout how long to wait at most; positive
   * @return the stream, which the caller closes
   * @throws dev.dmabroker.WaitTimeoutException if no stream was published in time
   * @throws dev.dmabroker.WaitInterruptedException if the thread is interrupted while it waits
   * @throws UnsupportedOperationException if this client may open no published streams
   * @throws dev.dmabroker.ClosedException if the service has gone
   * @throws IllegalArgumentException unless the timeout is positive
   */
  public BufferStream openStream(String name, Duration timeout) {
    return sharing.openStream(name, timeout);
  }

  /**
   * Opens the stream that is published under a name now. Does not wait for one.
   *
   * @param name under which it is published
   * @return the stream, which the caller closes; empty if there is none
   * @throws UnsupportedOperationException if this client may open no published streams
   * @throws dev.dmabroker.ClosedException if the service has gone
   */
  public Optional<BufferStream> tryOpenStream(String name) {
    return sharing.tryOpenStream(name);
  }

  /** Closes all that this client has, and the connection. Blocks until the service has done so. */
  @Override
  public void close() {
    if (!link.isEnded()) {
      try {
        link.order(ToService.newBuilder().setGoodbye(Goodbye.getDefaultInstance()));
      } catch (ClosedException serviceHasEnded) {
        // It has closed all that this client had.
      } finally {
        link.close();
      }
    }
  }
}
