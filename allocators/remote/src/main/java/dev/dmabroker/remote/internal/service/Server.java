package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Broker;
import dev.dmabroker.Holder;
import dev.dmabroker.allocators.linux.socket.PacketListener;
import dev.dmabroker.allocators.linux.socket.PacketSocket;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Sent;
import dev.dmabroker.allocators.linux.socket.Poller;
import dev.dmabroker.allocators.linux.socket.SocketFailure;
import dev.dmabroker.remote.BrokerService;
import dev.dmabroker.remote.ClientState;
import dev.dmabroker.remote.ClientTerms;
import dev.dmabroker.remote.Peer;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Serves a broker to clients that connect. One thread polls all sockets; a pool of daemon threads
 * does what takes time.
 */
public final class Server implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(BrokerService.class.getName());

  private static final int CLOSE_SECONDS = 5;

  /** Why clients are let go when the service is closed. */
  private static final String END = "the service ends";

  /** That of a broker whose builder was told none. */
  private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(5);

  /** For how long a process may be connected without a word. */
  private static final Duration HELLO_TIME = Duration.ofSeconds(10);

  /** The rest after a client could not be taken, for example as there are no descriptors left. */
  private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

  private final Broker broker;
  private final PacketListener listener;
  private final ServiceSettings settings;
  private final ListenerCalls calls;
  private final Poller poller;
  private final ExecutorService pool;
  private final ScheduledThreadPoolExecutor timer;
  private final HoldUps holdUps;
  private final MemorySweep sweep;
  private final MoveCharges moveCharges;
  private final Poller.Registration listening;
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private final Roster<Session> roster = new Roster<>();

  /** Whether new clients are let go. */
  private volatile boolean ended;

  private final Grants grants = new Grants();
  private final Publications publications = new Publications();
  private final OwnShares ownShares = new OwnShares(grants, publications);
  private final Set<Session> lost = ConcurrentHashMap.newKeySet();
  private final UnderWay underWay = UnderWay.ofThisProcess();
  private final byte[] life = new byte[16];

  /**
   * Serves from now on.
   *
   * @param broker stays the application's
   * @param listener is closed with this server
   */
  public Server(Broker broker, PacketListener listener, ServiceSettings settings)
      throws SocketFailure {
    this.broker = broker;
    this.listener = listener;
    this.settings = settings;
    new SecureRandom().nextBytes(life);
    poller = new Poller();
    AtomicInteger threads = new AtomicInteger();
    pool =
        Executors.newCachedThreadPool(task -> new ServiceThread(task, threads.incrementAndGet()));
    calls = new ListenerCalls(settings.listener(), pool);
    timer = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "dmabroker-service-timer"));
    timer.setRemoveOnCancelPolicy(true);
    holdUps = new HoldUps(broker, settings.evictAfter(), timer, this::evict);
    sweep = new MemorySweep(broker, timer, this::standings);
    moveCharges = new MoveCharges(broker, this::charge);
    listening = listener.watch(poller, events -> acceptAll());
    daemon(this::run, "dmabroker-service").start();
  }

  private static Thread daemon(Runnable task, String name) {
    Thread made = new Thread(task, name);
    made.setDaemon(true);
    return made;
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
        accept(client);
      }
    } catch (SocketFailure e) {
      LOG.log(Level.WARNING, "no client can be taken for a moment: {0}", e.getMessage());
      // The one that waits is told of at each round, and cannot be taken yet.
      listening.await(0);
      Future<?> unused = after(ACCEPT_PAUSE, () -> listening.await(Poller.READABLE));
    }
  }

  private void accept(PacketSocket client) {
    try {
      Session session = new Session(this, client, client.process(), pool);
      sessions.add(session);
      session.start(poller);
      if (ended) {
        session.letGo(END); // The end did not see it.
      }
      Future<?> unused =
          after(
              HELLO_TIME,
              () -> {
                if (session.standing() == null) {
                  session.letGo("it has not said hello for " + HELLO_TIME.toSeconds() + " s");
                }
              });
    } catch (SocketFailure e) {
      LOG.log(Level.WARNING, "a process that connected is refused: {0}", e.getMessage());
      refuse(client, String.valueOf(e.getMessage()));
    }
  }

  /** Tells a process why it is no client, if its socket has room for that. */
  private static void refuse(PacketSocket client, String reason) {
    try {
      Sent unused = client.trySend(Outbox.lastWords(reason));
    } catch (SocketFailure e) {
      // It has gone.
    }
    client.close();
  }

  /** Has something done later, on the timer's thread; it must not block. */
  ScheduledFuture<?> after(Duration time, Runnable task) {
    return timer.schedule(task, time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Lets the client of a device go; does nothing if it is no client's. */
  private void evict(String device, String reason) {
    Session session = roster.ownerOf(device);
    if (session != null) {
      session.letGo(reason);
    }
  }

  /** Charges the client of a device or buffer for a move; does nothing if it is no client's. */
  private void charge(String beneficiary) {
    Session session = roster.ownerOf(beneficiary);
    Standing standing = session == null ? null : session.standing();
    if (standing != null) {
      standing.moves().charge();
    }
  }

  Poller poller() {
    return poller;
  }

  Broker broker() {
    return broker;
  }

  /** How long a request may wait: for that long, or for the usual time if it is 0. */
  Duration timeout(long nanos) {
    return nanos == 0 ? USUAL_TIMEOUT : Duration.ofNanos(nanos);
  }

  /** What may be opened by tokens. */
  Grants grants() {
    return grants;
  }

  /** What the application shares with clients. */
  public OwnShares ownShares() {
    return ownShares;
  }

  /** What is published under names. */
  Publications publications() {
    return publications;
  }

  /** Counts the descriptors that are under way to clients. */
  UnderWay underWay() {
    return underWay;
  }

  /** Looks in a moment which memory clients have kept. */
  MemorySweep sweep() {
    return sweep;
  }

  private List<Standing> standings() {
    List<Standing> all = new ArrayList<>();
    for (Session session : sessions) {
      Standing standing = session.standing();
      if (standing != null) {
        all.add(standing);
      }
    }
    return all;
  }

  ServiceSettings settings() {
    return settings;
  }

  byte[] life() {
    return life.clone();
  }

  /** Takes a process as a client, under a name that no other has now. */
  Standing take(Session session, Peer peer, ClientTerms terms, Instant since) {
    String name = roster.enter(session, peer.name());
    Standing standing = Standing.of(name, peer, terms, since, sweep::now);
    session.standing(standing);
    return standing;
  }

  void connected(Session session, Standing standing) {
    LOG.log(Level.INFO, "client {0} has connected: {1}", standing.name(), standing.peer());
    // One that has just come holds up nothing.
    calls.tell(told -> told.connected(ClientStates.of(standing, session.tables(), List.of())));
  }

  void refused(Peer peer, String reason) {
    LOG.log(Level.WARNING, "{0} is refused: {1}", peer, reason);
    calls.tell(told -> told.refused(peer, reason));
  }

  /** Notes that a client has gone, and all that it had is closed. */
  void left(Session session, String reason) {
    Standing standing = session.standing();
    ClientState state = standing == null ? null : lastState(session, standing);
    sessions.remove(session); // The listener may ask which clients there are.
    roster.strike(session);
    if (standing != null && state != null) {
      standing.sent().close();
      standing.account().close();
      calls.tell(told -> told.left(state, reason));
    }
  }

  /** One that is not kept has closed all that might be in others' way. */
  private ClientState lastState(Session session, Standing standing) {
    List<Holder> holdsUp = lost.contains(session) ? heldUp().by(standing.name()) : List.of();
    return ClientStates.of(standing, session.tables(), holdsUp);
  }

  /** Keeps a client that has gone, and whose process can still write to what it had mapped. */
  void lose(Session session) {
    lost.add(session);
  }

  /** The process of a client that was lost has ended. */
  void found(Session session) {
    lost.remove(session);
  }

  /** What is held up, for which the broker looks at all buffers. */
  private HeldUp heldUp() {
    return HeldUp.in(broker.snapshot());
  }

  /** The clients that are connected, in the order of their names. */
  public List<ClientState> clients() {
    sweep.now();
    HeldUp heldUp = heldUp();
    List<ClientState> states = new ArrayList<>();
    for (Session session : sessions) {
      Standing standing = session.standing();
      if (standing != null) {
        states.add(ClientStates.of(standing, session.tables(), heldUp.by(standing.name())));
      }
    }
    states.sort(Comparator.comparing(ClientState::name));
    return states;
  }

  /** Lets all clients go, and closes what they had. The broker stays open. */
  @Override
  public void close() {
    ended = true;
    listening.close();
    listener.close();
    holdUps.close();
    sweep.close();
    moveCharges.close();
    timer.shutdownNow();
    List<Session> last = List.copyOf(sessions);
    last.forEach(session -> session.tellLast(END)); // Before the end of one shows at another.
    last.forEach(session -> session.end(END));
    List.copyOf(lost).forEach(Session::harmless); // The service cannot look after them any more.
    last.forEach(Session::harmless);
    try {
      CompletableFuture.allOf(last.stream().map(Session::gone).toArray(CompletableFuture[]::new))
          .get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.log(Level.WARNING, "what clients had is still being closed: {0}", e.toString());
    }
    poller.close();
    pool.shutdown();
  }
}
