package dev.dmabroker.remote.internal.service;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.socket.PacketSocket;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Sent;
import dev.dmabroker.allocators.linux.socket.SocketFailure;
import dev.dmabroker.remote.internal.wire.LettingGo;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Sends packets to one client in order, without ever waiting for the client: what finds no room in
 * the socket waits here, up to a limit. At most {@link #WINDOW} packets with descriptors are under
 * way that the client has not acknowledged, since the kernel counts descriptors that are under way
 * for each user, and a client that does not read would use up what others need (unix(7),
 * ETOOMANYREFS). Thread-safe.
 */
final class Outbox {
  /** The most packets with descriptors that a client has not acknowledged. */
  static final int WINDOW = 16;

  /** The most bytes that wait for a client. */
  static final int MOST_BYTES = 1 << 20;

  /** The most packets with descriptors that wait for a client: as many as it may have asked for. */
  static final int MOST_CARRIERS = 512;

  /** What became of a packet. */
  enum Outcome {
    /** It is under way. */
    SENT,
    /** It waits for room, or for the client to acknowledge what it was sent. */
    WAITS,
    /** The client does not read, or is gone, or the kernel refuses: nothing more can be sent. */
    LOST
  }

  private record Packet(ByteBuffer bytes, List<Fd> descriptors) {
    /** 1 if it carries descriptors. */
    int carriers() {
      return descriptors.isEmpty() ? 0 : 1;
    }

    void close() {
      descriptors.forEach(Fd::close);
    }
  }

  private final PacketSocket socket;
  private final ArrayDeque<Packet> waiting = new ArrayDeque<>();
  private final UnderWay underWay;
  private int waitingBytes;
  private int waitingCarriers;
  private int unacknowledged;
  private boolean waitsForOthers;
  private boolean closed;

  /**
   * Makes one without packets.
   *
   * @param underWay counts those of all clients
   */
  Outbox(PacketSocket socket, UnderWay underWay) {
    this.socket = socket;
    this.underWay = underWay;
  }

  /**
   * Sends a packet, after those that wait.
   *
   * @param descriptors pass to the outbox, which closes them
   */
  synchronized Outcome send(byte[] bytes, List<Fd> descriptors) {
    Packet packet = new Packet(ByteBuffer.wrap(bytes), descriptors);
    if (closed
        || waitingBytes + bytes.length > MOST_BYTES
        || waitingCarriers + packet.carriers() > MOST_CARRIERS) {
      packet.close();
      return Outcome.LOST;
    }
    waiting.add(packet);
    waitingBytes += bytes.length;
    waitingCarriers += packet.carriers();
    return flush();
  }

  /** Notes that a client has received packets with descriptors, and sends what waited for that. */
  synchronized Outcome acknowledged(int packets) {
    if (packets < 0 || packets > unacknowledged) {
      return Outcome.LOST;
    }
    unacknowledged -= packets;
    underWay.remove(packets);
    return flush();
  }

  /** Sends what there is room for. */
  synchronized Outcome flush() {
    waitsForOthers = false;
    while (!waiting.isEmpty()) {
      Packet next = waiting.getFirst();
      int carriers = next.carriers();
      if (carriers > 0 && unacknowledged == WINDOW) {
        return Outcome.WAITS;
      }
      if (carriers > 0 && !underWay.tryAdd()) {
        waitsForOthers = true;
        return Outcome.WAITS;
      }
      Sent sent = trySend(next);
      if (sent != Sent.SENT) {
        underWay.remove(carriers);
        return notSent(sent);
      }
      unacknowledged += carriers;
      waitingCarriers -= carriers;
      waitingBytes -= next.bytes.remaining();
      waiting.removeFirst();
      next.close();
    }
    return Outcome.SENT;
  }

  private Outcome notSent(Sent sent) {
    if (sent == Sent.ENDED) {
      close();
      return Outcome.LOST;
    }
    waitsForOthers = sent == Sent.TOO_MANY;
    return Outcome.WAITS;
  }

  /**
   * Whether what waits has to be tried again in a while: descriptors that other clients have not
   * acknowledged are in its way.
   */
  synchronized boolean waitsForOthers() {
    return waitsForOthers;
  }

  private Sent trySend(Packet packet) {
    int[] numbers = new int[packet.descriptors.size()];
    try {
      for (int at = 0; at < numbers.length; at++) {
        try (Fd.Use use = packet.descriptors.get(at).use()) {
          numbers[at] = use.number(); // They are this outbox's, and closed by it alone.
        }
      }
      return socket.trySend(packet.bytes, numbers);
    } catch (HeapException | SocketFailure refused) {
      return Sent.ENDED;
    }
  }

  /** Whether packets wait for room in the socket, and not for the client to acknowledge. */
  synchronized boolean waitsForRoom() {
    return !waiting.isEmpty()
        && !waitsForOthers
        && (waiting.getFirst().descriptors.isEmpty() || unacknowledged < WINDOW);
  }

  /** Whether what waits has used half of the room. */
  synchronized boolean isHalfFull() {
    return waitingBytes > MOST_BYTES / 2;
  }

  /** The message that tells a client why it is let go. */
  static ByteBuffer lastWords(String reason) {
    LettingGo.Builder why = LettingGo.newBuilder().setReason(reason);
    return ByteBuffer.wrap(ToClient.newBuilder().setLettingGo(why).build().toByteArray());
  }

  /**
   * Tells the client why it is let go in the place of what waits, if there is room for it, and
   * ends.
   */
  synchronized void sendLast(String reason) {
    if (!closed) {
      Sent unused = trySend(new Packet(lastWords(reason), List.of()));
      close();
    }
  }

  /** Drops what waits. */
  synchronized void close() {
    closed = true;
    waitsForOthers = false;
    underWay.remove(unacknowledged);
    unacknowledged = 0;
    waiting.forEach(Packet::close);
    waiting.clear();
    waitingBytes = 0;
    waitingCarriers = 0;
  }
}
