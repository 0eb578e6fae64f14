package dev.dmabroker.samples.bench;

import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.allocators.linux.socket.PacketListener;
import dev.dmabroker.allocators.linux.socket.PacketSocket;
import dev.dmabroker.allocators.linux.socket.Poller;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One process of those that a bare message passes through, as a frame does: by the sockets and the
 * poller of a service and its clients, and by nothing else of them. Takes its part, and the path of
 * the relay's socket.
 *
 * <pre>
 * relay      hands each packet of a client to the others, and answers nothing
 * sender     answers {@code frames COUNT} when it has sent so many
 * receiver   answers {@code frames COUNT} with the times from send to receipt of so many
 * </pre>
 */
public final class PacketWorker {
  /** As long as a message about a frame. */
  private static final int BYTES = 40;

  private final List<PacketSocket> clients = new ArrayList<>();

  private PacketWorker() {}

  /** Takes a part and a path. */
  public static void main(String[] args) throws Exception {
    Path socket = Path.of(args[1]);
    switch (args[0]) {
      case "relay" -> new PacketWorker().relay(socket);
      case "sender" -> send(socket);
      case "receiver" -> receive(socket);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private void relay(Path path) throws Exception {
    try (PacketListener listener = PacketListener.at(path, 0600);
        Poller poller = new Poller()) {
      Poller.Registration unused = listener.watch(poller, events -> accept(listener, poller));
      Thread thread = new Thread(() -> poll(poller), "relay");
      thread.setDaemon(true);
      thread.start();
      Worker.serve(words -> "ready");
    }
  }

  private static void poll(Poller poller) {
    try {
      boolean more = true;
      while (more) {
        more = poller.round(-1);
      }
    } catch (Exception e) {
      throw new MeasuringException("the relay failed", e);
    }
  }

  private void accept(PacketListener listener, Poller poller) {
    try {
      PacketSocket client = listener.tryAccept();
      if (client != null) {
        clients.add(client);
        Poller.Registration unused =
            client.watch(poller, Poller.READABLE, events -> handOn(client));
      }
    } catch (Exception e) {
      throw new MeasuringException("the relay failed", e);
    }
  }

  private void handOn(PacketSocket from) {
    try (Packet packet = from.tryReceive().packet()) {
      if (packet == null) {
        return;
      }
      for (PacketSocket client : clients) {
        if (client != from) {
          PacketSocket.Sent unused = client.trySend(packet.bytes());
        }
      }
    } catch (Exception e) {
      throw new MeasuringException("the relay failed", e);
    }
  }

  private static void send(Path socket) throws Exception {
    try (PacketSocket relay = PacketSocket.connect(socket)) {
      Worker.serve(
          words -> {
            for (int i = 0; i < Integer.parseInt(words[1]); i++) {
              LockSupport.parkNanos(RemoteWorker.PAUSE_NANOS);
              ByteBuffer bytes = ByteBuffer.allocate(BYTES);
              PacketSocket.Sent unused = relay.send(bytes.putLong(0, System.nanoTime()));
            }
            return "sent";
          });
    }
  }

  private static void receive(Path socket) throws Exception {
    try (PacketSocket relay = PacketSocket.connect(socket)) {
      Worker.serve(
          words -> {
            long[] times = new long[Integer.parseInt(words[1])];
            for (int i = 0; i < times.length; i++) {
              try (@Nullable Packet packet = relay.receive()) {
                if (packet == null) {
                  throw new MeasuringException("the relay has ended");
                }
                times[i] = System.nanoTime() - packet.bytes().getLong(0);
              }
            }
            return Worker.answer(times);
          });
    }
  }
}
