package dev.dmabroker.remote.internal.service;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.socket.PacketSocket;
import dev.dmabroker.allocators.linux.socket.PeerProcess;
import dev.dmabroker.allocators.linux.socket.Poller;
import dev.dmabroker.allocators.linux.socket.SocketFailure;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.BrokerService;
import dev.dmabroker.remote.ClientLimits;
import dev.dmabroker.remote.ClientRight;
import dev.dmabroker.remote.internal.service.Outbox.Outcome;
import dev.dmabroker.remote.internal.value.Failures;
import dev.dmabroker.remote.internal.wire.Done;
import dev.dmabroker.remote.internal.wire.ToClient;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection. Its packets are read on the poller's thread, which also does what has to
 * be done at once; all else is done by a pool, so that no client waits for another's. Answers and
 * events may be sent by any thread.
 *
 * <p>A client that sends what is no message, that floods, or that does not read, is let go with a
 * reason: all that it had is closed. A request that is wrong is refused, and the client stays.
 */
final class Session implements Sharer {
  private static final System.Logger LOG = System.getLogger(BrokerService.class.getName());

  private final Server server;
  private final PacketSocket socket;
  private final Outbox outbox;
  private final Work work;
  private final Executor aside;
  private final Tables tables = new Tables();
  private final CallOffs callOffs;
  private final CompletableFuture<Boolean> gone = new CompletableFuture<>();
  private final Intake intake;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final PeerProcess process;
  private final Estate estate;
  private volatile String leaving = "it has closed its connection";
  private volatile @Nullable Standing standing;
  private volatile OwnNames names = OwnNames.NONE;
  private volatile @Nullable ClientPage page;
  private volatile Poller.@Nullable Registration death;

  /**
   * Makes one that does not read yet.
   *
   * @param process at the other end; passes to the session
   */
  Session(Server server, PacketSocket socket, PeerProcess process, Executor pool) {
    this.server = server;
    this.socket = socket;
    this.outbox = new Outbox(socket, server.underWay());
    this.work = new Work(pool, this::failed);
    this.aside = pool;
    callOffs = new CallOffs(pool);
    this.process = process;
    this.estate = new Estate(work);
    Requests first = new Greeting(this, server, process.credentials()).requests();
    intake = new Intake(this, server, socket, outbox, process.credentials(), first);
  }

  /** Starts to read. */
  void start(Poller poller) throws SocketFailure {
    death = process.watch(poller, events -> died());
    intake.start(poller);
  }

  /**
   * The process has ended. A fork of it may keep the connection open; what the process has sent is
   * read first.
   */
  private void died() {
    intake.readLast();
    end("its process has ended");
    harmless();
  }

  /** The process can write no more to what it had mapped. */
  void harmless() {
    Poller.Registration watch = death;
    if (watch != null) {
      watch.close();
    }
    process.close();
    estate.harmless();
    server.found(this);
  }

  /** Does what is given to it after the requests before. */
  Executor inOrder() {
    return work;
  }

  /** Does what is short after the requests before, at once if there are none. */
  Executor promptly() {
    return work::executeShort;
  }

  /** Does what may wait for other requests of the client, or takes long. */
  Executor aside() {
    return aside;
  }

  /** The names of the client, and how it is told those of the broker. */
  OwnNames names() {
    return names;
  }

  /**
   * Makes a call of the broker that may block, and that the client may call off.
   *
   * @param number of the request that the call is for
   */
  void block(long number, Runnable call) {
    BlockingCall blocking = new BlockingCall();
    callOffs.waits(number, blocking::end);
    try {
      call.run();
    } finally {
      blocking.over();
    }
  }

  /** A future is what the answer to a request waits for: the client may call it off. */
  void waitsFor(long number, Future<?> future) {
    if (number != 0 && !future.isDone()) {
      callOffs.waits(number, () -> future.cancel(/* mayInterruptIfRunning= */ false));
    }
  }

  /** The client waits no longer for the answer to a request. */
  void callOff(long number) {
    if (intake.isUnderWay(number)) {
      callOffs.callOff(number);
    }
  }

  /** Serves these requests from now on. */
  void serve(Requests others) {
    intake.serve(others);
  }

  /** The tables of what the client has. */
  Tables tables() {
    return tables;
  }

  /** Done when all that the client had is closed. */
  CompletableFuture<Boolean> gone() {
    return gone;
  }

  PacketSocket socket() {
    return socket;
  }

  /** What is known of the client; null until it is welcome. */
  @Nullable Standing standing() {
    return standing;
  }

  void standing(Standing its) {
    names = new OwnNames(its.name());
    standing = its;
  }

  /** The page in which the client counts its mappings; null if it has none. */
  @Nullable ClientPage page() {
    return page;
  }

  void page(ClientPage its) {
    page = its;
    atEnd(() -> its.end(estate));
  }

  /** The client's name, for people. */
  String name() {
    Standing its = standing;
    return its == null ? "without a name" : its.name();
  }

  @Override
  public String described() {
    return "client " + name();
  }

  /** What is known of the client, which is welcome. */
  Standing welcome() {
    Standing its = standing;
    if (its == null) {
      throw new IllegalStateException("the client is not welcome yet");
    }
    return its;
  }

  ClientLimits limits() {
    Standing its = standing;
    return its == null ? ClientLimits.usual() : its.limits();
  }

  /** Closes what the client has when it goes. */
  Estate estate() {
    return estate;
  }

  /** Has something done when the client has gone, the last added first. */
  void atEnd(Runnable end) {
    estate.atEnd(end);
  }

  /** Whether the connection has ended, or is about to. */
  boolean isEnded() {
    return ended.get();
  }

  /** The client has ended the connection. */
  void endOfConnection() {
    end(leaving);
  }

  /** Answers that a request was done. */
  void done(long number) {
    if (number == 0) {
      return; // The client wants no answer.
    }
    answer(number, ToClient.newBuilder().setDone(Done.getDefaultInstance()), List.of());
  }

  /** Answers with what was thrown. If there can be no answer, the client is let go. */
  void refuse(long number, Throwable thrown) {
    try {
      answer(number, ToClient.newBuilder().setFailure(Failures.write(thrown, names())), List.of());
    } catch (Throwable e) {
      failed(e);
    }
  }

  /**
   * Something failed that may have been a request's only answer. The client is let go, as it would
   * wait for ever.
   */
  void failed(Throwable why) {
    String kind = why.getClass().getSimpleName(); // What it says may fail, too.
    letGo("the service failed at what this client asked for (" + kind + "); its log says more");
    LOG.log(Level.WARNING, "serving client " + name() + " failed", why);
  }

  /**
   * Answers a request. An answer that is longer than a packet goes in parts.
   *
   * @param descriptors pass to this session
   */
  void answer(long number, ToClient.Builder answer, List<Fd> descriptors) {
    callOffs.answered(number);
    intake.answered(number);
    send(number, answer, descriptors);
  }

  /** Tells the client something that it did not ask for. */
  void tell(ToClient.Builder event, List<Fd> descriptors) {
    send(0, event, descriptors);
  }

  /**
   * Tells the client something that it can do without, unless much waits for it already.
   *
   * @return false if it was not told
   */
  boolean tellIfRoom(ToClient.Builder event) {
    if (outbox.isHalfFull()) {
      return false;
    }
    tell(event, List.of());
    return true;
  }

  /** Whether the service has given the client a right. */
  boolean has(ClientRight right) {
    Standing its = standing;
    return its != null && its.terms().rights().contains(right);
  }

  private void send(long number, ToClient.Builder message, List<Fd> descriptors) {
    byte[] bytes =
        message.setNumber(number).setDescriptors(descriptors.size()).build().toByteArray();
    if (bytes.length <= PacketSocket.MOST_BYTES) {
      note(outbox.send(bytes, descriptors));
      return;
    }
    synchronized (outbox) { // Parts of two answers may mix, but not those of one.
      List<byte[]> parts = Parts.of(number, bytes);
      for (int at = 0; at < parts.size(); at++) {
        boolean last = at == parts.size() - 1;
        note(outbox.send(parts.get(at), last ? descriptors : List.of()));
      }
    }
  }

  /** Notes that the client has received what it was sent. */
  void acknowledged(int packets) {
    note(outbox.acknowledged(packets));
  }

  /** Notes what became of packets to the client. */
  void note(Outcome outcome) {
    if (outcome == Outcome.LOST) {
      end("it does not read what it is sent");
    } else {
      intake.watch();
    }
  }

  /** Ends the connection, and tells the client why. */
  void letGo(String reason) {
    tellLast(reason);
    end(reason);
  }

  /** Tells the client why it is let go, and nothing after that. */
  void tellLast(String reason) {
    outbox.sendLast(reason);
  }

  /**
   * The client leaves, and has let go of what it had mapped. It is answered once all that it had is
   * closed; then the connection ends.
   */
  void goodbye(long number) {
    leaving = "it said goodbye";
    estate.harmless();
    estate.end();
    estate.afterwards(
        () -> {
          done(number);
          end(leaving);
        });
  }

  /**
   * Ends the connection, and closes what the client had: all but what its process can still write
   * to. A second call does nothing.
   */
  void end(String reason) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    LOG.log(Level.INFO, "client {0} has gone: {1}", name(), reason);
    intake.stop();
    outbox.close();
    socket.close();
    callOffs.end();
    estate.end();
    estate.afterwards(
        () -> {
          int waiting = estate.waiting();
          if (waiting > 0) {
            server.lose(this);
            LOG.log(
                Level.WARNING,
                "client {0} left {1} mappings that its process {2} can still write to; they count"
                    + " as held until it ends",
                name(),
                waiting,
                process.credentials().pid());
          }
          if (estate.waiting() == 0) {
            harmless(); // Nothing is left to wait for.
          }
          server.left(this, reason);
          gone.complete(true);
        });
  }

  /** What made a future fail, without the wrapping of stages. */
  static Throwable cause(@Nullable Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    if (cause instanceof CancellationException) {
      return Exceptions.waitInterrupted("the client has called the request off");
    }
    return cause == null
        ? new IllegalStateException("nothing came, and nothing was thrown")
        : cause;
  }

  /** The connection has ended, or is about to. */
  RuntimeException goneException() {
    return Exceptions.closed("client " + name() + " has gone");
  }
}
