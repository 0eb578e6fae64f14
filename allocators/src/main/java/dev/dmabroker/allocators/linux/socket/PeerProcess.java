package dev.dmabroker.allocators.linux.socket;

import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.Fd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The process at the other end of a connection, by a descriptor that stands for it and no other
 * (pidfd_open(2)): a process's number may be another's once it has ended. The end of a connection
 * does not say that its process has ended, as a fork or a receiver of the socket may keep it open,
 * and a process may end a connection and go on.
 *
 * <p>Linux gives the descriptor with the connection from 6.5 on (SO_PEERPIDFD). Before, it is
 * opened by the process's number, and the process has to be older than the moment at which it was
 * looked at.
 */
public final class PeerProcess implements AutoCloseable {
  /** What helps where no descriptor is left. */
  private static final String MORE_DESCRIPTORS =
      "try again, or have the service given more descriptors (ulimit -n)";

  private static final Path OVERFLOW_USER = Path.of("/proc/sys/kernel/overflowuid");

  private static final int USUAL_OVERFLOW_USER = 65534;

  /** Of a number in a file, and more. */
  private static final int MOST_DIGITS = 32;

  /** A clock tick of /proc/PID/stat, which is 1/100 s on all architectures. */
  private static final Duration TICK = Duration.ofMillis(10);

  /** The field of /proc/PID/stat with the start in ticks since the boot, after the name's end. */
  private static final int START_FIELD = 19;

  private final PeerCredentials credentials;
  private final Fd fd;

  private PeerProcess(PeerCredentials credentials, Fd fd) {
    this.credentials = credentials;
    this.fd = fd;
  }

  static PeerProcess of(int socket) throws SocketFailure {
    PeerCredentials credentials = PeerCredentials.of(socket);
    requireKnown(credentials, overflowUser());
    byte[] value = new byte[Integer.BYTES];
    int[] length = {value.length};
    if (SocketCalls.getsockopt(
            socket, SocketCalls.SOL_SOCKET, SocketCalls.SO_PEERPIDFD, value, length)
        == 0) {
      int number = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
      return new PeerProcess(credentials, new Fd(number, "process " + credentials.pid()));
    }
    return byNumber(credentials, uptime());
  }

  /**
   * Refuses a process that this one cannot name: of another PID namespace, which has the number 0
   * here, or of a user that this user namespace does not have, which is the overflow user here, as
   * all such users are.
   */
  static void requireKnown(PeerCredentials credentials, int overflowUser) throws SocketFailure {
    if (credentials.pid() <= 0) {
      throw new SocketFailure(
          "a process of another PID namespace cannot be a client: its end could not be seen");
    }
    if (credentials.uid() == overflowUser && PeerCredentials.ownUser() != overflowUser) {
      throw new SocketFailure(
          "process "
              + credentials.pid()
              + " is of user "
              + overflowUser
              + ", which stands for all users that this namespace does not know");
    }
  }

  /** The number of the overflow user. The kernel gives such a file in one read, or cuts it. */
  static int overflowUser() {
    try (InputStream file = Files.newInputStream(OVERFLOW_USER)) {
      byte[] text = file.readNBytes(MOST_DIGITS);
      return Integer.parseInt(new String(text, StandardCharsets.US_ASCII).strip());
    } catch (IOException | NumberFormatException e) {
      return USUAL_OVERFLOW_USER;
    }
  }

  /**
   * Opens the descriptor by the number. The process that has the number now may be younger than the
   * connection; what it cannot be is younger than {@code before}.
   *
   * @param before a time since the boot at which the connection was there
   */
  static PeerProcess byNumber(PeerCredentials credentials, Duration before) throws SocketFailure {
    int number = (int) SocketCalls.syscall(SocketCalls.NR_PIDFD_OPEN, credentials.pid(), 0);
    if (number < 0) {
      Errno errno = Errno.last();
      throw SocketFailure.of(
          "watching process " + credentials.pid(),
          errno,
          errno.equals(Errno.EMFILE) || errno.equals(Errno.ENFILE)
              ? MORE_DESCRIPTORS
              : "it may have ended already");
    }
    Fd fd = new Fd(number, "process " + credentials.pid());
    try {
      Duration start = start(credentials.pid());
      if (start.compareTo(before) > 0) {
        throw new SocketFailure(
            "process "
                + credentials.pid()
                + " is younger than its connection: the process that connected has ended");
      }
      return new PeerProcess(credentials, fd);
    } catch (SocketFailure | RuntimeException | Error e) {
      fd.close();
      throw e;
    }
  }

  private static Duration start(int pid) throws SocketFailure {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return TICK.multipliedBy(Long.parseLong(fields[START_FIELD]));
    } catch (IOException | RuntimeException e) {
      throw new SocketFailure("process " + pid + " has ended, or cannot be looked at: " + e);
    }
  }

  private static Duration uptime() throws SocketFailure {
    try {
      String text = Files.readString(Path.of("/proc/uptime"));
      return Duration.ofMillis((long) (Double.parseDouble(text.split(" ", 2)[0]) * 1000))
          .plus(TICK);
    } catch (IOException | RuntimeException e) {
      throw new SocketFailure("/proc/uptime cannot be read: " + e + "; " + MORE_DESCRIPTORS);
    }
  }

  /** Which process it is. */
  public PeerCredentials credentials() {
    return credentials;
  }

  /**
   * Has a poller tell once the process has ended.
   *
   * @throws SocketFailure if it cannot be watched
   */
  public Poller.Registration watch(Poller poller, Poller.Watcher watcher) throws SocketFailure {
    return poller.watch(fd, Poller.READABLE, watcher);
  }

  /** Closes the descriptor. The process goes on. */
  @Override
  public void close() {
    fd.close();
  }
}
