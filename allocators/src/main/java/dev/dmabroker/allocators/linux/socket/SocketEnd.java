package dev.dmabroker.allocators.linux.socket;

import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Received;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Sent;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * One end of a connection of any type: the system calls that packets and streams share. Any threads
 * may send, one thread at a time receives; {@link #close} may be called by any thread.
 */
final class SocketEnd {
  private final Fd fd;
  private final int mostBytes;
  private final int mostDescriptors;
  private final MessageMemory outgoing;
  private final MessageMemory incoming;

  /**
   * Takes over the descriptor of a socket that is connected.
   *
   * @param mostBytes the most that is sent or received at once
   * @param mostDescriptors the most descriptors that come with it
   */
  SocketEnd(Fd fd, int mostBytes, int mostDescriptors) {
    this.fd = fd;
    this.mostBytes = mostBytes;
    this.mostDescriptors = mostDescriptors;
    outgoing = new MessageMemory(mostBytes, mostDescriptors);
    incoming = new MessageMemory(mostBytes, mostDescriptors);
  }

  /** Makes two ends of one connection of a type, such as {@link SocketCalls#SOCK_SEQPACKET}. */
  static List<Fd> pair(int type) throws SocketFailure {
    int[] fds = new int[2];
    if (SocketCalls.socketpair(SocketCalls.AF_UNIX, type | SocketCalls.SOCK_CLOEXEC, 0, fds) != 0) {
      throw SocketFailure.of("socketpair", Errno.last(), "");
    }
    return List.of(
        new Fd(fds[0], "one end of a connection"), new Fd(fds[1], "the other end of a connection"));
  }

  /**
   * Connects to what listens at a path.
   *
   * @throws SocketFailure with what is in the way
   */
  static Fd connect(Path path, int type) throws SocketFailure {
    byte[] address = address(path);
    int number = SocketCalls.socket(SocketCalls.AF_UNIX, type | SocketCalls.SOCK_CLOEXEC, 0);
    if (number < 0) {
      throw SocketFailure.of("making a socket", Errno.last(), "");
    }
    Fd fd = new Fd(number, "the connection to " + path);
    if (SocketCalls.connect(number, address, address.length) != 0) {
      Errno errno = Errno.last();
      fd.close();
      throw SocketFailure.of("connecting to " + path, errno, helpToConnect(errno));
    }
    return fd;
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
        ByteBuffer.allocate(SocketCalls.SOCKADDR_UN_BYTES).order(ByteOrder.nativeOrder());
    address.putShort((short) SocketCalls.AF_UNIX).put(text);
    return address.array();
  }

  /**
   * Sends bytes with descriptors. Of a stream the kernel may take a part: the rest is sent after
   * it, and if there is no room for the rest, the connection is ended, as its order is lost.
   *
   * @param flags of sendmsg(2), {@link SocketCalls#MSG_DONTWAIT} or 0
   * @throws SocketFailure if the kernel refuses them for good
   */
  Sent send(ByteBuffer bytes, int flags, int[] descriptors) throws SocketFailure {
    if (bytes.remaining() == 0 || bytes.remaining() > mostBytes) {
      throw new IllegalArgumentException(
          "a packet has 1 to " + mostBytes + " bytes, not " + bytes.remaining());
    }
    if (descriptors.length > mostDescriptors) {
      throw new IllegalArgumentException(
          "a packet has at most " + mostDescriptors + " descriptors, not " + descriptors.length);
    }
    synchronized (outgoing) {
      try (Fd.Use use = fd.use()) {
        outgoing.fill(bytes, descriptors);
        long sent = sendFilled(use.number(), flags);
        if (sent >= bytes.remaining()) {
          return Sent.SENT;
        }
        return sent < 0 ? refused(bytes, Errno.last()) : sendRest(use.number(), bytes, sent, flags);
      } catch (HeapException closed) {
        return Sent.ENDED;
      }
    }
  }

  private long sendFilled(int number, int flags) {
    while (true) {
      long sent = SocketCalls.sendmsg(number, outgoing.address(), flags | SocketCalls.MSG_NOSIGNAL);
      if (sent >= 0 || !Errno.last().equals(Errno.EINTR)) {
        return sent;
      }
    }
  }

  private Sent refused(ByteBuffer bytes, Errno errno) throws SocketFailure {
    if (errno.equals(Errno.EAGAIN)) {
      return Sent.FULL;
    }
    if (errno.equals(Errno.ETOOMANYREFS)) {
      return Sent.TOO_MANY;
    }
    if (errno.equals(Errno.EPIPE) || errno.equals(Errno.ECONNRESET)) {
      return Sent.ENDED;
    }
    throw SocketFailure.of("sending " + bytes.remaining() + " bytes to " + fd, errno, "");
  }

  private Sent sendRest(int number, ByteBuffer bytes, long sent, int flags) throws SocketFailure {
    ByteBuffer rest = bytes.duplicate();
    rest.position(rest.position() + (int) sent);
    while (rest.hasRemaining()) {
      outgoing.fill(rest, new int[0]);
      long more = sendFilled(number, flags);
      if (more < 0) {
        Sent why = refused(rest, Errno.last());
        SocketCalls.shutdown(number, SocketCalls.SHUT_RDWR);
        return why == Sent.SENT ? Sent.SENT : Sent.ENDED;
      }
      rest.position(rest.position() + (int) more);
    }
    return Sent.SENT;
  }

  /**
   * Receives a packet, or bytes of a stream.
   *
   * @param flags of recvmsg(2), {@link SocketCalls#MSG_DONTWAIT} or 0
   * @param most the most bytes to receive
   * @throws SocketFailure if it was longer, or has more descriptors than may come, or receiving
   *     fails
   */
  Received receive(int flags, int most) throws SocketFailure {
    synchronized (incoming) {
      try (Fd.Use use = fd.use()) {
        while (true) {
          incoming.makeRoom(most);
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

  /** The process at the other end, as it was when the connection was made. */
  PeerCredentials peer() throws SocketFailure {
    try (Fd.Use use = fd.use()) {
      return PeerCredentials.of(use.number());
    } catch (HeapException closed) {
      throw new SocketFailure(closed.getMessage() == null ? "closed" : closed.getMessage());
    }
  }

  /** Ends the connection, and wakes a thread that is parked in {@link #receive}. */
  void close() {
    try (Fd.Use use = fd.use()) {
      SocketCalls.shutdown(use.number(), SocketCalls.SHUT_RDWR);
    } catch (HeapException alreadyClosed) {
      return;
    }
    fd.close();
  }
}
