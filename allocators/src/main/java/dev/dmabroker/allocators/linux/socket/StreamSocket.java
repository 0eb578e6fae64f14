package dev.dmabroker.allocators.linux.socket;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Received;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Sent;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * One end of a connection that carries bytes in order, and descriptors with some of them: a Unix
 * socket of the type SOCK_STREAM (unix(7)). Descriptors come with the first byte with which they
 * were sent, and a receive that meets some ends with the bytes that they were sent with. No method
 * blocks, but for {@link #receive} and {@link #send}. Any threads may send, one thread at a time
 * receives; {@link #close} may be called by any thread, and the parked receiver returns.
 */
public final class StreamSocket implements AutoCloseable {
  /** The most bytes that are sent or received at once. */
  public static final int MOST_BYTES = 1 << 13;

  /** The most descriptors that come at once. */
  public static final int MOST_DESCRIPTORS = 16;

  private final Fd fd;
  private final SocketEnd end;

  private StreamSocket(Fd fd) {
    this.fd = fd;
    end = new SocketEnd(fd, MOST_BYTES, MOST_DESCRIPTORS);
  }

  /** Takes over the descriptor of a socket that is connected. */
  static StreamSocket of(Fd connected) {
    return new StreamSocket(connected);
  }

  /**
   * Makes two ends of one connection.
   *
   * @throws SocketFailure if the process has no descriptors left
   */
  public static List<StreamSocket> pair() throws SocketFailure {
    List<Fd> ends = SocketEnd.pair(SocketCalls.SOCK_STREAM);
    return List.of(of(ends.get(0)), of(ends.get(1)));
  }

  /**
   * Connects to what listens at a path.
   *
   * @throws SocketFailure with what is in the way
   */
  public static StreamSocket connect(Path path) throws SocketFailure {
    return of(SocketEnd.connect(path, SocketCalls.SOCK_STREAM));
  }

  /**
   * Sends bytes, and waits for room.
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
   * Sends bytes, if there is room at once. If there is room for a part of them alone, the
   * connection ends.
   *
   * @param bytes the contents, from position to limit, at most {@link #MOST_BYTES}; left as they
   *     are
   * @param descriptors go with the first byte; they stay the caller's, and have to be open until
   *     this returns
   * @throws SocketFailure if the kernel refuses them for good
   */
  public Sent trySend(ByteBuffer bytes, int... descriptors) throws SocketFailure {
    return end.send(bytes, SocketCalls.MSG_DONTWAIT, descriptors);
  }

  /**
   * Receives bytes, and waits for the first.
   *
   * @param most the most bytes to receive, at most {@link #MOST_BYTES}
   * @throws SocketFailure if more descriptors come than may, or receiving fails
   */
  public Received receive(int most) throws SocketFailure {
    return end.receive(0, most);
  }

  /**
   * Receives the bytes that are there.
   *
   * @param most the most bytes to receive, at most {@link #MOST_BYTES}
   * @throws SocketFailure as {@link #receive}
   */
  public Received tryReceive(int most) throws SocketFailure {
    return end.receive(SocketCalls.MSG_DONTWAIT, most);
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
   * Has a poller tell what happens to this socket.
   *
   * @throws SocketFailure if it is closed
   */
  public Poller.Registration watch(Poller poller, int what, Poller.Watcher watcher)
      throws SocketFailure {
    return poller.watch(fd, what, watcher);
  }

  /** Ends the connection. A thread that is parked in {@link #receive} returns. */
  @Override
  public void close() {
    end.close();
  }
}
