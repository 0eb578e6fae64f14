package dev.dmabroker.remote;

import com.google.protobuf.CodedOutputStream;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.allocators.linux.socket.PacketListener;
import dev.dmabroker.allocators.linux.socket.PacketSocket;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Received;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Sent;
import dev.dmabroker.allocators.linux.socket.Poller;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Stands between one client and a service, and makes the service look newer than the client: before
 * each message comes one that the client does not know, with a descriptor, and each message has a
 * field that it does not know.
 */
final class NewerService implements AutoCloseable {
  private static final int UNKNOWN_BODY = 999;
  private static final int UNKNOWN_FIELD = 1000;

  private final PacketListener listener;
  private final PacketSocket service;
  private final Poller poller = new Poller();
  private final Thread thread = new Thread(this::run, "relays");
  private final AtomicInteger unknown = new AtomicInteger();
  private int unacknowledged; // Of the thread, as is the client.
  private @Nullable PacketSocket client;
  private volatile @Nullable Throwable failure;

  /** Listens at one path for the client of a service at another. */
  NewerService(Path at, Path service) throws Exception {
    listener = PacketListener.at(at, 0600);
    this.service = PacketSocket.connect(service);
    Poller.Registration unused = listener.watch(poller, events -> takeClient());
    thread.start();
  }

  /** How many messages went to the client that it does not know. */
  int unknownMessages() {
    return unknown.get();
  }

  private void run() {
    try {
      boolean more = true;
      while (more) {
        more = poller.round(-1);
      }
    } catch (Exception e) {
      failure = e;
    }
  }

  private void takeClient() {
    try {
      PacketSocket its = listener.tryAccept();
      if (its != null) {
        client = its;
        Poller.Registration unused =
            its.watch(poller, Poller.READABLE, events -> relay(its, service, this::toService));
        unused =
            service.watch(poller, Poller.READABLE, events -> relay(service, its, this::toClient));
      }
    } catch (Exception e) {
      failure = e;
    }
  }

  /** Sends on what came in a packet. */
  private interface Relay {
    void send(Packet packet, PacketSocket to, int[] descriptors) throws Exception;
  }

  private void relay(PacketSocket from, PacketSocket to, Relay relay) {
    try {
      Received received = from.tryReceive();
      try (Packet packet = received.packet()) {
        if (packet != null) {
          relay(packet, to, relay);
        } else if (received.ended()) {
          from.close();
          to.close();
        }
      }
    } catch (Exception e) {
      failure = e;
    }
  }

  private static void relay(Packet packet, PacketSocket to, Relay relay) throws Exception {
    List<Fd> taken = new ArrayList<>();
    int[] numbers = new int[packet.descriptors()];
    for (int at = 0; at < numbers.length; at++) {
      Fd fd = Objects.requireNonNull(packet.take(at));
      taken.add(fd);
      try (Fd.Use use = fd.use()) {
        numbers[at] = use.number(); // Nothing else closes it.
      }
    }
    try {
      relay.send(packet, to, numbers);
    } finally {
      taken.forEach(Fd::close);
    }
  }

  private void toClient(Packet packet, PacketSocket to, int[] descriptors) throws Exception {
    ByteArrayOutputStream more = new ByteArrayOutputStream();
    more.write(ToClient.parseFrom(packet.bytes()).toByteArray());
    more.write(field(UNKNOWN_FIELD));
    unknown.incrementAndGet();
    unacknowledged++;
    Sent unused = to.send(ByteBuffer.wrap(field(UNKNOWN_BODY)), 0); // Any descriptor will do.
    unused = to.send(ByteBuffer.wrap(more.toByteArray()), descriptors);
  }

  private void toService(Packet packet, PacketSocket to, int[] descriptors) throws Exception {
    if (unacknowledged > 0 && ToService.parseFrom(packet.bytes()).hasAcknowledged()) {
      unacknowledged--;
    } else {
      Sent unused = to.send(packet.bytes(), descriptors);
    }
  }

  private static byte[] field(int number) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeByteArray(number, new byte[] {8, 42});
    out.flush();
    return bytes.toByteArray();
  }

  @Override
  public void close() throws Exception {
    listener.close();
    poller.close();
    thread.join();
    service.close();
    if (client != null) {
      client.close();
    }
    if (failure != null) {
      throw new AssertionError("the relay failed", failure);
    }
  }
}
