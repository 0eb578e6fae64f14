package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Broker;
import dev.dmabroker.remote.internal.socket.PacketListener;
import dev.dmabroker.remote.internal.socket.PacketSocket;
import dev.dmabroker.remote.internal.socket.Poller;
import dev.dmabroker.remote.internal.socket.SocketFailure;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Serves a broker to clients that connect. One thread polls all sockets; a pool of daemon threads
 * does what takes time.
 */
public final class Server implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Server.class.getName());

  private final Broker broker;
  private final PacketListener listener;
  private final Limits limits;
  private final Poller poller;
  private final ExecutorService pool;
  private final Thread thread;
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private final byte[] life = new byte[16];

  /**
   * Serves from now on.
   *
   * @param broker stays the application's
   * @param listener is closed with this server
   */
  public Server(Broker broker, PacketListener listener, Limits limits) throws SocketFailure {
    this.broker = broker;
    this.listener = listener;
    this.limits = limits;
    new SecureRandom().nextBytes(life);
    poller = new Poller();
    AtomicInteger threads = new AtomicInteger();
    pool =
        Executors.newCachedThreadPool(
            task -> {
              Thread made = new Thread(task, "dmabroker-service-" + threads.incrementAndGet());
              made.setDaemon(true);
              return made;
            });
    Poller.Registration unused = listener.watch(poller, events -> acceptAll());
    thread = new Thread(this::run, "dmabroker-service");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    boolean more = true;
    while (more) {
      try {
        more = poller.round(-1);
      } catch (Throwable e) {
        // Nothing is lost: the next round finds again what was not served.
        LOG.log(Level.WARNING, "a round of the service failed and is tried again", e);
      }
    }
  }

  private void acceptAll() {
    try {
      for (PacketSocket client = listener.tryAccept();
          client != null;
          client = listener.tryAccept()) {
        Session session = new Session(this, client, pool);
        sessions.add(session);
        session.start(poller);
      }
    } catch (SocketFailure e) {
      LOG.log(Level.WARNING, "a client could not be taken: {0}", e.getMessage());
    }
  }

  Broker broker() {
    return broker;
  }

  Limits limits() {
    return limits;
  }

  byte[] life() {
    return life.clone();
  }

  /** A name that no other client has now: the wanted one, or one with a number. */
  synchronized String uniqueName(String wanted) {
    Set<String> taken = ConcurrentHashMap.newKeySet();
    sessions.forEach(each -> taken.add(each.name()));
    String name = wanted;
    for (int number = 2; taken.contains(name); number++) {
      name = wanted + "-" + number;
    }
    return name;
  }

  void forget(Session session) {
    sessions.remove(session);
  }

  /** How many clients are connected. */
  public int clients() {
    return sessions.size();
  }

  /** Lets all clients go, and closes what they had. The broker stays open. */
  @Override
  public void close() {
    listener.close();
    List.copyOf(sessions).forEach(session -> session.letGo("the service ends"));
    poller.close();
    pool.shutdown();
  }
}
