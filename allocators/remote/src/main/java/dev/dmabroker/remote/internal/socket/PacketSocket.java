package dev.dmabroker.remote.internal.socket;

import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
  private final MessageMemory outgoing = new MessageMemory();
  private final MessageMemory incoming = new MessageMemory();

  private PacketSocket(Fd fd) {
    this.fd = fd;
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
    int[] fds = new int[2];
    int type = SocketCalls.SOCK_SEQPACKET | SocketCalls.SOCK_CLOEXEC;
    if (SocketCalls.socketpair(SocketCalls.AF_UNIX, type, 0, fds) != 0) {
      throw SocketFailure.of("socketpair", Errno.last(), "");
    }
    return List.of(
        of(new Fd(fds[0], "one end of a connection")),
        of(new Fd(fds[1], "the other end of a connection")));
  }

  /**
   * Connects to a service.
   *
   * @throws SocketFailure with what is in the way
   */
  public static PacketSocket connect(Path path) throws SocketFailure {
    byte[] address = address(path);
    int type = SocketCalls.SOCK_SEQPACKET | SocketCalls.SOCK_CLOEXEC;
    int number = SocketCalls.socket(SocketCalls.AF_UNIX, type, 0);
    if (number < 0) {
      throw SocketFailure.of("making a socket", Errno.last(), "");
    }
    Fd fd = new Fd(number, "the connection to " + path);
    if (SocketCalls.connect(number, address, address.length) != 0) {
      Errno errno = Errno.last();
      fd.close();
      throw SocketFailure.of("connecting to " + path, errno, helpToConnect(errno));
    }
    return of(fd);
  }

  private static String helpToConnect(Errno errno) {
    if (errno.equals(Errno.ECONNREFUSED)) {
      return "the service that made this socket has ended; start it again";
    }
    if (errno.equals(Errno.ENOENT)) {
      return "start the service, or name the socket that it listens at";
    }
    if (errno.equals(Errno.EACCES)) {
      return "this user may not use the socket; the service's configuration says who may";
    }
    return "";
  }

  /** A path as struct sockaddr_un has it. */
  static byte[] address(Path path) throws SocketFailure {
    byte[] text = path.toString().getBytes(StandardCharsets.UTF_8);
    if (text.length == 0 || text.length > SocketCalls.PATH_BYTES) {
      throw new SocketFailure(
          "a socket's path has 1 to "
              + SocketCalls.PATH_BYTES
              + " bytes, "
              + path
              + " has "
              + text.length
              + "; choose a shorter folder");
    }
    ByteBuffer address =
        ByteBuffer.allocate(SocketCalls.SOCKADDR_UN_BYTES).order(java.nio.ByteOrder.nativeOrder());
    address.putShort((short) SocketCalls.AF_UNIX).put(text);
    return address.array();
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
    return send(bytes, 0, descriptors);
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
    return send(bytes, SocketCalls.MSG_DONTWAIT, descriptors);
  }

  private Sent send(ByteBuffer bytes, int wait, int[] descriptors) throws SocketFailure {
    if (bytes.remaining() == 0 || bytes.remaining() > MOST_BYTES) {
      throw new IllegalArgumentException(
          "a packet has 1 to " + MOST_BYTES + " bytes, not " + bytes.remaining());
    }
    if (descriptors.length > MOST_DESCRIPTORS) {
      throw new IllegalArgumentException(
          "a packet has at most " + MOST_DESCRIPTORS + " descriptors, not " + descriptors.length);
    }
    synchronized (outgoing) {
      try (Fd.Use use = fd.use()) {
        outgoing.fill(bytes, descriptors);
        while (true) {
          int flags = wait | SocketCalls.MSG_NOSIGNAL;
          if (SocketCalls.sendmsg(use.number(), outgoing.address(), flags) >= 0) {
            return Sent.SENT;
          }
          Errno errno = Errno.last();
          if (errno.equals(Errno.EAGAIN)) {
            return Sent.FULL;
          }
          if (errno.equals(Errno.ETOOMANYREFS)) {
            return Sent.TOO_MANY;
          }
          if (errno.equals(Errno.EPIPE) || errno.equals(Errno.ECONNRESET)) {
            return Sent.ENDED;
          }
          if (!errno.equals(Errno.EINTR)) {
            throw SocketFailure.of("sending " + bytes.remaining() + " bytes to " + fd, errno, "");
          }
        }
      } catch (HeapException closed) {
        return Sent.ENDED;
      }
    }
  }

  /**
   * Receives a packet, and waits for one.
   *
   * @return null once the other end is gone, or this one is closed, and nothing is left to receive
   * @throws SocketFailure if the packet was longer than {@link #MOST_BYTES}, or receiving fails
   */
  public @Nullable Packet receive() throws SocketFailure {
    return receive(0).packet();
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
    return receive(SocketCalls.MSG_DONTWAIT);
  }

  private Received receive(int flags) throws SocketFailure {
    synchronized (incoming) {
      try (Fd.Use use = fd.use()) {
        while (true) {
          incoming.makeRoom();
          long length =
              SocketCalls.recvmsg(
                  use.number(), incoming.address(), flags | SocketCalls.MSG_CMSG_CLOEXEC);
          if (length > 0) {
            return new Received(incoming.packet((int) length, fd), /* ended= */ false);
          }
          if (length == 0) {
            return Received.ENDED;
          }
          Errno errno = Errno.last();
          if (errno.equals(Errno.EAGAIN)) {
            return Received.NONE;
          }
          // ECONNRESET tells once that the other end has left something unread; what it has sent
          // before is still there.
          if (!errno.equals(Errno.EINTR) && !errno.equals(Errno.ECONNRESET)) {
            throw SocketFailure.of("receiving from " + fd, errno, "");
          }
        }
      } catch (HeapException closed) {
        return Received.ENDED;
      }
    }
  }

  /**
   * The process at the other end, as it was when the connection was made.
   *
   * @throws SocketFailure if the kernel does not tell
   */
  public PeerCredentials peer() throws SocketFailure {
    try (Fd.Use use = fd.use()) {
      return PeerCredentials.of(use.number());
    } catch (HeapException closed) {
      throw new SocketFailure(closed.getMessage() == null ? "closed" : closed.getMessage());
    }
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
    try (Fd.Use use = fd.use()) {
      SocketCalls.shutdown(use.number(), SocketCalls.SHUT_RDWR);
    } catch (HeapException alreadyClosed) {
      return;
    }
    fd.close();
  }
}
