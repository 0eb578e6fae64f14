package dev.dmabroker.allocators.linux.socket;

import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients connect to a path, or to a socket that the process was started with. A path is this
 * listener's while it holds the lock of the file {@code PATH.lock} beside it; so a socket whose
 * service has ended is told from one that is in use, and two services that start at once do not
 * take the path from one another. Thread-safe.
 */
public final class PacketListener implements AutoCloseable {
  private final ListeningSocket listening;

  /** The connections that it takes inherit that packets come with their senders. */
  private PacketListener(ListeningSocket listening) throws SocketFailure {
    try (Fd.Use use = listening.descriptor().use()) {
      int[] yes = {1};
      if (SocketCalls.setsockopt(
              use.number(), SocketCalls.SOL_SOCKET, SocketCalls.SO_PASSCRED, yes, Integer.BYTES)
          != 0) {
        throw SocketFailure.of("asking for the senders of packets", Errno.last(), "");
      }
    } catch (HeapException closed) {
      throw new SocketFailure(listening.descriptor() + " is closed");
    }
    this.listening = listening;
  }

  /**
   * Listens at a path.
   *
   * @param mode the permission bits of the socket; a client needs to write to it
   * @throws SocketFailure if another service listens there, if the file there is no socket, or a
   *     socket of another user, or if the folder cannot be used
   */
  public static PacketListener at(Path path, int mode) throws SocketFailure {
    ListeningSocket listening = ListeningSocket.at(path, SocketCalls.SOCK_SEQPACKET, mode);
    try {
      return new PacketListener(listening);
    } catch (SocketFailure | RuntimeException | Error e) {
      listening.close();
      throw e;
    }
  }

  /**
   * Listens at a socket that the process was started with (sd_listen_fds(3)).
   *
   * @throws SocketFailure if the descriptor is not a Unix socket of the type SOCK_SEQPACKET that
   *     listens and has SO_PASSCRED
   */
  public static PacketListener inherited(int number) throws SocketFailure {
    String what = "descriptor " + number;
    require(what, number, SocketCalls.SO_DOMAIN, SocketCalls.AF_UNIX, "a Unix socket");
    require(what, number, SocketCalls.SO_TYPE, SocketCalls.SOCK_SEQPACKET, "of SOCK_SEQPACKET");
    require(what, number, SocketCalls.SO_ACCEPTCONN, 1, "a socket that listens");
    // Clients may have sent packets already, whose senders the kernel has kept only then.
    require(
        what,
        number,
        SocketCalls.SO_PASSCRED,
        1,
        "told the senders of packets",
        "PassCredentials=yes");
    // systemd hands it over blocking, and to all programs that this one starts.
    int flags = SocketCalls.fcntl(number, SocketCalls.F_GETFL, 0) | SocketCalls.SOCK_NONBLOCK;
    if (SocketCalls.fcntl(number, SocketCalls.F_SETFL, flags) != 0
        || SocketCalls.fcntl(number, SocketCalls.F_SETFD, SocketCalls.FD_CLOEXEC) != 0) {
      throw SocketFailure.of("setting the flags of " + what, Errno.last(), "");
    }
    return new PacketListener(
        ListeningSocket.of(new Fd(number, "the socket that was handed over")));
  }

  private static void require(String what, int number, int option, int expected, String words)
      throws SocketFailure {
    require(what, number, option, expected, words, "ListenSequentialPacket=");
  }

  private static void require(
      String what, int number, int option, int expected, String words, String line)
      throws SocketFailure {
    byte[] value = new byte[Integer.BYTES];
    int[] length = {value.length};
    if (SocketCalls.getsockopt(number, SocketCalls.SOL_SOCKET, option, value, length) != 0) {
      throw SocketFailure.of("asking what " + what + " is", Errno.last(), "");
    }
    int found = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
    if (found != expected) {
      throw new SocketFailure(what + " is not " + words + "; the socket unit needs " + line);
    }
  }

  /**
   * Takes a client that has connected.
   *
   * @return null if there is none now
   * @throws SocketFailure if this process has no descriptor left, or the listener is closed
   */
  public @Nullable PacketSocket tryAccept() throws SocketFailure {
    Fd client = listening.tryAccept();
    return client == null ? null : PacketSocket.of(client);
  }

  /**
   * Has a poller tell when clients connect.
   *
   * @throws SocketFailure if it is closed
   */
  public Poller.Registration watch(Poller poller, Poller.Watcher watcher) throws SocketFailure {
    return listening.watch(poller, watcher);
  }

  /** Stops listening, and removes the socket if this listener made it. */
  @Override
  public void close() {
    listening.close();
  }
}
