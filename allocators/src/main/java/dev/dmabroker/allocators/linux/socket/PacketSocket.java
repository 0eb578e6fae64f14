package dev.dmabroker.allocators.linux.socket;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection that keeps the borders of packets and carries descriptors: a Unix socket
 * of the type SOCK_SEQPACKET (unix(7)). No method blocks, but for {@link #receive} and {@link
 * #send}. Any threads may send, one thread at a time receives; {@link #close} may be called by any
 * thread, and the parked receiver returns.
 */
public final class PacketSocket implements AutoCloseable {
  /** The most bytes of a packet. The kernel refuses packets beyond about 200,000. */
  public static final int MOST_BYTES = 1 << 16;

  /** The most descriptors that come with a packet. The kernel's limit is 253. */
  public static final int MOST_DESCRIPTORS = 8;

  private final Fd fd;
  private final SocketEnd end;

  private PacketSocket(Fd fd) {
    this.fd = fd;
    end = new SocketEnd(fd, MOST_BYTES, MOST_DESCRIPTORS);
  }

  /** Takes over the descriptor of a socket that is connected. */
  static PacketSocket of(Fd connected) {
    return new PacketSocket(connected);
  }

  /**
   * Makes two ends of one connection.
   *
   * @throws SocketFailure if the process has no descriptors left
   */
  public static List<PacketSocket> pair() throws SocketFailure {
    List<Fd> ends = SocketEnd.pair(SocketCalls.SOCK_SEQPACKET);
    return List.of(of(ends.get(0)), of(ends.get(1)));
  }

  /**
   * Connects to a service.
   *
   * @throws SocketFailure with what is in the way
   */
  public static PacketSocket connect(Path path) throws SocketFailure {
    return of(SocketEnd.connect(path, SocketCalls.SOCK_SEQPACKET));
  }

  /** What sending came to. */
  public enum Sent {
    /** The packet is under way, and the receiver gets its descriptors. */
    SENT,
    /** There is no room now; nothing was sent. */
    FULL,
    /**
     * Too many descriptors of this user are under way, to this or other receivers; nothing was
     * sent. There may be room in the socket, so a poller does not tell when to try again.
     */
    TOO_MANY,
    /** The other end is gone. */
    ENDED
  }

  /**
   * Sends a packet, and waits for room.
   *
   * @param bytes as for {@link #trySend}
   * @param descriptors as for {@link #trySend}
   * @return never {@link Sent#FULL}; {@link Sent#TOO_MANY} is not waited for
   * @throws SocketFailure as {@link #trySend}
   */
  public Sent send(ByteBuffer bytes, int... descriptors) throws SocketFailure {
    return end.send(bytes, 0, descriptors);
  }

  /**
   * Sends a packet, if there is room for it at once.
   *
   * @param bytes the contents, from position to limit, at most {@link #MOST_BYTES}; left as they
   *     are
   * @param descriptors stay the caller's, and have to be open until this returns
   * @throws SocketFailure if the kernel refuses the packet for good
   */
  public Sent trySend(ByteBuffer bytes, int... descriptors) throws SocketFailure {
    return end.send(bytes, SocketCalls.MSG_DONTWAIT, descriptors);
  }

  /**
   * Receives a packet, and waits for one.
   *
   * @return null once the other end is gone, or this one is closed, and nothing is left to receive
   * @throws SocketFailure if the packet was longer than {@link #MOST_BYTES}, or receiving fails
   */
  public @Nullable Packet receive() throws SocketFailure {
    return end.receive(0, MOST_BYTES).packet();
  }

  /**
   * What receiving came to.
   *
   * @param packet null if there is none now, or if the connection has ended
   * @param ended whether the connection has ended
   */
  public record Received(@Nullable Packet packet, boolean ended) {
    /** There is none now. */
    public static final Received NONE = new Received(null, /* ended= */ false);

    /** There will be none. */
    public static final Received ENDED = new Received(null, /* ended= */ true);
  }

  /**
   * Receives a packet if one is there.
   *
   * @throws SocketFailure as {@link #receive()}
   */
  public Received tryReceive() throws SocketFailure {
    return end.receive(SocketCalls.MSG_DONTWAIT, MOST_BYTES);
  }

  /**
   * The process at the other end, as it was when the connection was made.
   *
   * @throws SocketFailure if the kernel does not tell
   */
  public PeerCredentials peer() throws SocketFailure {
    return end.peer();
  }

  /**
   * The process at the other end, whose end can be watched.
   *
   * @throws SocketFailure if it has ended already, or the kernel does not tell which it is
   */
  public PeerProcess process() throws SocketFailure {
    try (Fd.Use use = fd.use()) {
      return PeerProcess.of(use.number());
    } catch (HeapException closed) {
      throw new SocketFailure(fd + " is closed");
    }
  }

  /**
   * Has a poller tell what happens to this socket.
   *
   * @throws SocketFailure if it is closed
   */
  public Poller.Registration watch(Poller poller, int what, Poller.Watcher watcher)
      throws SocketFailure {
    return poller.watch(fd, what, watcher);
  }

  Fd descriptor() {
    return fd;
  }

  /** Ends the connection. A thread that is parked in {@link #receive} returns null. */
  @Override
  public void close() {
    end.close();
  }
}
