package dev.dmabroker.remote.internal.service;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.allocators.linux.socket.PacketSocket;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Received;
import dev.dmabroker.allocators.linux.socket.PeerCredentials;
import dev.dmabroker.allocators.linux.socket.Poller;
import dev.dmabroker.allocators.linux.socket.SocketFailure;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import dev.dmabroker.spi.HeapException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads what one client sends, on the poller's thread, and has it served. As many requests as the
 * client may have unanswered are taken in; what is beyond waits in the socket.
 */
final class Intake {
  /** The most packets that are read before other clients' turn. */
  private static final int TURN = 64;

  /** How many packets are read of what a dead process has left, more than a socket holds. */
  private static final int LAST_PACKETS = 1024;

  /** The rest before descriptors are sent again that those of other clients are in the way of. */
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Session session;
  private final Server server;
  private final PacketSocket socket;
  private final Outbox outbox;
  private final PeerCredentials peer;
  private final Set<Long> underWay = ConcurrentHashMap.newKeySet();
  private final AtomicInteger backlog = new AtomicInteger();
  private final AtomicBoolean triesAgain = new AtomicBoolean();
  private final Object watching = new Object();
  private volatile Requests requests;
  private volatile Poller.@Nullable Registration registration;

  /** What the socket is watched for; guarded by {@link #watching}. */
  private int watched = Poller.READABLE;

  Intake(
      Session session,
      Server server,
      PacketSocket socket,
      Outbox outbox,
      PeerCredentials peer,
      Requests requests) {
    this.session = session;
    this.server = server;
    this.socket = socket;
    this.outbox = outbox;
    this.peer = peer;
    this.requests = requests;
  }

  /** Starts to read. */
  void start(Poller poller) throws SocketFailure {
    registration = socket.watch(poller, Poller.READABLE, events -> ready());
  }

  /** Reads no more. */
  void stop() {
    Poller.Registration watch = registration;
    if (watch != null) {
      watch.close();
    }
  }

  /** Serves these requests from now on. */
  void serve(Requests others) {
    requests = others;
  }

  /** Whether a request is not answered yet. */
  boolean isUnderWay(long number) {
    return underWay.contains(number);
  }

  /** A request is answered. */
  void answered(long number) {
    underWay.remove(number);
  }

  /** Reads what a process has left that has ended. */
  void readLast() {
    backlog.addAndGet(-LAST_PACKETS); // All of it is taken in, and no more can come.
    for (int turn = 0; turn < LAST_PACKETS / TURN && !session.isEnded(); turn++) {
      ready();
    }
  }

  private void ready() {
    try {
      session.note(outbox.flush());
      for (int turn = 0; turn < TURN && !isFull(); turn++) {
        Received received = socket.tryReceive();
        Packet packet = received.packet();
        if (packet != null) {
          take(packet);
        } else if (received.ended()) {
          session.endOfConnection();
          return;
        } else {
          return;
        }
      }
      watch();
    } catch (SocketFailure e) {
      session.letGo(String.valueOf(e.getMessage()));
    }
  }

  private void take(Packet packet) {
    try {
      ToService request = ToService.parseFrom(packet.bytes());
      if (!isFromAnother(packet)) {
        take(request, packet);
      }
    } catch (InvalidProtocolBufferException e) {
      packet.close();
      session.letGo(
          "it sent "
              + packet.bytes().remaining()
              + " bytes that are no message: "
              + e.getMessage());
    } catch (RuntimeException | Error e) {
      packet.close();
      session.failed(e); // It may have been a request.
    }
  }

  /** Lets a client go for which another process says hello. */
  private boolean isFromAnother(Packet packet) {
    PeerCredentials sender = packet.sender();
    if (session.standing() != null || (sender != null && sender.pid() == peer.pid())) {
      return false;
    }
    packet.close();
    session.letGo(
        "process "
            + peer.pid()
            + " has connected, and "
            + (sender == null ? "another" : "process " + sender.pid())
            + " speaks; each process needs a connection of its own");
    return true;
  }

  private void take(ToService request, Packet packet) {
    long number = request.getNumber();
    BodyCase kind = request.getBodyCase();
    Requests.Way way = requests.of(kind);
    if (packet.descriptorsLost()) {
      packet.close();
      session.refuse(
          number,
          Exceptions.descriptor(
              "the service has no descriptor left for what came with " + kind + "; try again",
              new HeapException(HeapException.Kind.NO_DESCRIPTORS, "MSG_CTRUNC")));
    } else if (way == null && session.standing() == null) {
      packet.close();
      session.letGo("it sent " + kind + " before it was welcome; a client says hello, and waits");
    } else if (way == null) {
      packet.close();
      session.refuse(
          number, new UnsupportedOperationException("this service does not know " + kind));
    } else if (number != 0 && !isNew(number)) {
      packet.close();
      session.letGo(
          "request "
              + number
              + " came while "
              + underWay.size()
              + " were unanswered; at most "
              + session.limits().requests()
              + " may be, each with a number of its own");
    } else {
      serve(way, number, request, packet);
    }
  }

  private boolean isNew(long number) {
    return underWay.size() < session.limits().requests() && underWay.add(number);
  }

  private void serve(Requests.Way way, long number, ToService request, Packet packet) {
    if (way.where() == Where.AT_ONCE) {
      serveNow(way, number, request, packet);
      return;
    }
    backlog.incrementAndGet();
    Runnable service =
        () -> {
          serveNow(way, number, request, packet);
          if (backlog.decrementAndGet() == session.limits().requests() / 2) {
            watch();
          }
        };
    session
        .inOrder()
        .execute(way.where() == Where.IN_ORDER ? service : () -> session.aside().execute(service));
  }

  private void serveNow(Requests.Way way, long number, ToService request, Packet packet) {
    try (packet) {
      way.server().serve(number, request, packet);
    } catch (BadMessageException e) {
      session.refuse(number, new IllegalArgumentException(e.getMessage()));
    } catch (Throwable e) {
      session.refuse(number, e);
    }
  }

  /** Whether so much waits to be served that more has to wait in the socket. */
  private boolean isFull() {
    return backlog.get() >= session.limits().requests();
  }

  /** Watches the socket for what there is room for now. */
  void watch() {
    Poller.Registration watch = registration;
    if (watch == null) {
      return;
    }
    synchronized (watching) {
      int wanted = (isFull() ? 0 : Poller.READABLE) | (outbox.waitsForRoom() ? Poller.WRITABLE : 0);
      if (wanted != watched) {
        watched = wanted;
        watch.await(wanted);
      }
    }
    if (outbox.waitsForOthers() && triesAgain.compareAndSet(false, true)) {
      Future<?> unused =
          server.after(
              PAUSE,
              () -> {
                triesAgain.set(false);
                session.note(outbox.flush());
              });
    }
  }
}
