package dev.dmabroker.gstreamer;

import dev.dmabroker.Device;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.allocators.linux.socket.PeerCredentials;
import dev.dmabroker.allocators.linux.socket.Poller;
import dev.dmabroker.allocators.linux.socket.SocketFailure;
import dev.dmabroker.allocators.linux.socket.StreamListener;
import dev.dmabroker.allocators.linux.socket.StreamSocket;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The one thread of a server: it takes clients, sends them frames, reads their releases, and lets
 * those go that hold frames for too long. It waits for nothing but its poller; the stream tells of
 * frames by futures, whose stages are handed to this thread.
 */
final class ServerLoop {
  private static final System.Logger LOG = System.getLogger(UnixFdServer.class.getName());

  /** How long clients may take to end after they were told that no frame follows. */
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  private final ServerSettings settings;
  private final StreamListener listener;
  private final Poller poller;
  private final Thread thread;
  private final List<ServedClient> clients = new CopyOnWriteArrayList<>();
  private Poller.Registration accepting;
  private long lastNumber;

  /** When the clients that are left are ended, once the server closes; in nanoTime's time. */
  private OptionalLong closesAt = OptionalLong.empty();

  private boolean over;

  /** Is completed when the thread has given everything back. */
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  ServerLoop(ServerSettings settings, StreamListener listener) throws SocketFailure {
    this.settings = settings;
    this.listener = listener;
    poller = new Poller();
    try {
      accepting = listener.watch(poller, events -> accept());
    } catch (SocketFailure | RuntimeException | Error e) {
      poller.close();
      throw e;
    }
    thread = new Thread(this::run, "unixfd " + settings.device().name());
    thread.setDaemon(true);
    thread.start();
  }

  ServerSettings settings() {
    return settings;
  }

  List<UnixFdClientState> states() {
    return clients.stream().map(ServedClient::state).toList();
  }

  /**
   * Has the thread do something; once it is over, the caller does it, as all clients have ended.
   */
  void execute(Runnable task) {
    synchronized (this) {
      if (!over) {
        poller.execute(task);
        return;
      }
    }
    task.run();
  }

  void remove(ServedClient client) {
    clients.remove(client);
  }

  // ---- The thread ----

  private void run() {
    try {
      while (!isOver() && poller.round(timeoutMillis())) {
        evict();
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.ERROR, "a unixfd server has failed, and serves no client any more", e);
    } finally {
      end();
      boolean unused = ended.complete(null);
    }
  }

  private boolean isOver() {
    return closesAt.isPresent()
        && (clients.isEmpty() || closesAt.getAsLong() - System.nanoTime() <= 0);
  }

  /** Until the next client has to go. */
  private int timeoutMillis() {
    OptionalLong next = closesAt;
    for (ServedClient each : clients) {
      OptionalLong its = each.evictedAt();
      if (its.isPresent() && (next.isEmpty() || its.getAsLong() - next.getAsLong() < 0)) {
        next = its;
      }
    }
    if (next.isEmpty()) {
      return -1;
    }
    long millis = Duration.ofNanos(next.getAsLong() - System.nanoTime()).toMillis() + 1;
    return (int) Math.max(0, Math.min(Integer.MAX_VALUE, millis));
  }

  private void evict() {
    long now = System.nanoTime();
    for (ServedClient each : clients) {
      OptionalLong at = each.evictedAt();
      if (at.isPresent() && at.getAsLong() - now <= 0) {
        each.evict();
      }
    }
  }

  private void accept() {
    try {
      for (StreamSocket socket = listener.tryAccept();
          socket != null;
          socket = listener.tryAccept()) {
        admit(socket);
      }
    } catch (SocketFailure e) {
      // It tries again once the next event comes; the backlog keeps those that connect meanwhile.
      LOG.log(Level.WARNING, "a unixfd client could not be taken: " + e.getMessage());
    }
  }

  private void admit(StreamSocket socket) {
    String refusal;
    try {
      PeerCredentials credentials = socket.peer();
      UnixFdPeer peer = new UnixFdPeer(credentials.pid(), credentials.uid(), credentials.gid());
      Optional<StreamConsumer.Policy> policy = settings.admission().admit(peer);
      if (policy.isEmpty()) {
        refusal = peer + " is not admitted";
      } else if (clients.size() >= settings.mostClients()) {
        refusal = "there are " + clients.size() + " clients already";
      } else {
        serve(socket, peer, policy.get());
        return;
      }
    } catch (IOException | RuntimeException e) {
      refusal = String.valueOf(e.getMessage());
    }
    socket.close();
    LOG.log(Level.WARNING, "a unixfd client was refused: " + refusal);
  }

  private void serve(StreamSocket socket, UnixFdPeer peer, StreamConsumer.Policy policy)
      throws SocketFailure {
    String name = settings.device().name() + "-" + ++lastNumber;
    Device device = settings.broker().register(settings.device().toBuilder().name(name).build());
    StreamConsumer consumer;
    try {
      consumer = settings.stream().consumer(device, policy);
    } catch (RuntimeException | Error e) {
      device.close();
      throw e;
    }
    ServedClient client = new ServedClient(this, socket, peer, device, consumer);
    clients.add(client);
    try {
      client.start(poller);
    } catch (SocketFailure | RuntimeException e) {
      client.end("it could not be served: " + e.getMessage());
    }
  }

  // ---- The end ----

  /** Tells all clients that no frame follows, and waits until they have gone or are ended. */
  void close() {
    execute(
        () -> {
          if (closesAt.isEmpty()) {
            closesAt = OptionalLong.of(System.nanoTime() + FAREWELL.toNanos());
            stopAccepting();
            clients.forEach(ServedClient::finish);
          }
        });
    if (thread != Thread.currentThread()) {
      Object unused =
          ended.join(); // An interrupt does not cut the wait short, which is short itself.
    }
  }

  private void stopAccepting() {
    accepting.close();
    listener.close();
  }

  private void end() {
    stopAccepting();
    clients.forEach(each -> each.end(""));
    synchronized (this) {
      over = true;
    }
    try {
      boolean unused = poller.round(0); // Frames that have come meanwhile are given back.
    } catch (SocketFailure e) {
      LOG.log(Level.WARNING, "the poller of a unixfd server failed at its end", e);
    }
    poller.close();
  }
}
