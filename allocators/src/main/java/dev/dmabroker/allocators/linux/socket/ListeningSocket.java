package dev.dmabroker.allocators.linux.socket;

import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.spi.HeapException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A socket that listens, of any type: at a path, or one that the process was started with. A path
 * is this listener's while it holds the lock of the file {@code PATH.lock} beside it; so a socket
 * whose service has ended is told from one that is in use, and two services that start at once do
 * not take the path from one another. Thread-safe.
 */
final class ListeningSocket implements AutoCloseable {
  private static final int BACKLOG = 128;

  /** S_IFMT and S_IFSOCK of stat(2). */
  private static final int FILE_TYPE = 0170000;

  private static final int SOCKET_TYPE = 0140000;

  private final Fd fd;
  private final @Nullable Path path;
  private final @Nullable FileChannel lockFile;

  private ListeningSocket(Fd fd, @Nullable Path path, @Nullable FileChannel lockFile) {
    this.fd = fd;
    this.path = path;
    this.lockFile = lockFile;
  }

  /** Takes over a socket that listens. */
  static ListeningSocket of(Fd fd) {
    return new ListeningSocket(fd, null, null);
  }

  /**
   * Listens at a path.
   *
   * @param type such as {@link SocketCalls#SOCK_SEQPACKET}
   * @param mode the permission bits of the socket; a client needs to write to it
   * @throws SocketFailure if another service listens there, if the file there is no socket, or a
   *     socket of another user, or if the folder cannot be used
   */
  static ListeningSocket at(Path path, int type, int mode) throws SocketFailure {
    byte[] address = SocketEnd.address(path);
    FileChannel lockFile = lock(path);
    try {
      removeStale(path);
      Fd fd = socket(path, type);
      try {
        bind(fd, path, address, mode);
        return new ListeningSocket(fd, path, lockFile);
      } catch (SocketFailure | RuntimeException | Error e) {
        fd.close();
        throw e;
      }
    } catch (SocketFailure | RuntimeException | Error e) {
      close(lockFile);
      throw e;
    }
  }

  private static FileChannel lock(Path path) throws SocketFailure {
    Path file = path.resolveSibling(path.getFileName() + ".lock");
    try {
      FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS); // A link would have this service make another file.
      try {
        FileLock lock = channel.tryLock();
        if (lock == null) {
          channel.close();
          throw new SocketFailure(
              path + " is taken: another service has locked " + file + "; choose another path");
        }
        return channel;
      } catch (OverlappingFileLockException e) {
        channel.close();
        throw new SocketFailure(path + " is taken: a service of this process listens there");
      }
    } catch (SocketFailure e) {
      throw e;
    } catch (IOException e) {
      throw new SocketFailure(
          "cannot use " + file + ": " + e + "; the service needs a folder that it may write to");
    }
  }

  private static void removeStale(Path path) throws SocketFailure {
    try {
      Map<String, Object> found =
          Files.readAttributes(path, "unix:mode,uid", LinkOption.NOFOLLOW_LINKS);
      boolean socket =
          found.get("mode") instanceof Integer mode && (mode & FILE_TYPE) == SOCKET_TYPE;
      if (!socket) {
        throw new SocketFailure(
            path + " is not a socket; remove it by hand if nothing needs it, or choose another");
      }
      if (!(found.get("uid") instanceof Integer uid && uid == SocketCalls.geteuid())) {
        throw new SocketFailure(
            path + " is a socket of another user (" + found.get("uid") + "); choose another path");
      }
      Files.delete(path);
    } catch (NoSuchFileException nothingThere) {
      return;
    } catch (SocketFailure e) {
      throw e;
    } catch (IOException e) {
      throw new SocketFailure("cannot look at " + path + ": " + e);
    }
  }

  private static Fd socket(Path path, int type) throws SocketFailure {
    int flags = SocketCalls.SOCK_CLOEXEC | SocketCalls.SOCK_NONBLOCK;
    int number = SocketCalls.socket(SocketCalls.AF_UNIX, type | flags, 0);
    if (number < 0) {
      throw SocketFailure.of("making a socket for " + path, Errno.last(), "");
    }
    return new Fd(number, "the socket " + path);
  }

  /** The mode is set before the address, so that no client gets in meanwhile. */
  private static void bind(Fd fd, Path path, byte[] address, int mode) throws SocketFailure {
    try (Fd.Use use = fd.use()) {
      if (SocketCalls.fchmod(use.number(), mode) != 0) {
        throw SocketFailure.of("setting the mode of " + path, Errno.last(), "");
      }
      if (SocketCalls.bind(use.number(), address, address.length) != 0) {
        throw SocketFailure.of("listening at " + path, Errno.last(), "");
      }
      Files.setPosixFilePermissions(
          path, PosixFilePermissions.fromString(permissions(mode))); // The umask narrows bind's.
      if (SocketCalls.listen(use.number(), BACKLOG) != 0) {
        throw SocketFailure.of("listening at " + path, Errno.last(), "");
      }
    } catch (HeapException | IOException e) {
      throw e instanceof SocketFailure failure
          ? failure
          : new SocketFailure("listening at " + path + " failed: " + e);
    }
  }

  private static String permissions(int mode) {
    StringBuilder text = new StringBuilder();
    for (int bit = 8; bit >= 0; bit--) {
      text.append((mode >> bit & 1) == 0 ? '-' : "xwr".charAt(bit % 3));
    }
    return text.toString();
  }

  /**
   * Takes a client that has connected.
   *
   * @return null if there is none now
   * @throws SocketFailure if this process has no descriptor left, or the listener is closed
   */
  @Nullable Fd tryAccept() throws SocketFailure {
    try (Fd.Use use = fd.use()) {
      while (true) {
        int flags = SocketCalls.SOCK_CLOEXEC | SocketCalls.SOCK_NONBLOCK;
        int client = SocketCalls.accept4(use.number(), 0, 0, flags);
        if (client >= 0) {
          return new Fd(client, "a client's connection");
        }
        Errno errno = Errno.last();
        if (errno.equals(Errno.EAGAIN)) {
          return null;
        }
        if (!errno.equals(Errno.EINTR) && !errno.equals(Errno.ECONNABORTED)) {
          throw SocketFailure.of("taking a client at " + fd, errno, "");
        }
      }
    } catch (HeapException closed) {
      throw new SocketFailure(fd + " is closed");
    }
  }

  /**
   * Has a poller tell when clients connect.
   *
   * @throws SocketFailure if it is closed
   */
  Poller.Registration watch(Poller poller, Poller.Watcher watcher) throws SocketFailure {
    return poller.watch(fd, Poller.READABLE, watcher);
  }

  Fd descriptor() {
    return fd;
  }

  /** Stops listening, and removes the socket if this listener made it. */
  @Override
  public void close() {
    fd.close();
    Path made = path;
    if (made != null) {
      try {
        Files.deleteIfExists(made);
      } catch (IOException leftThere) {
        // The next service finds it stale.
      }
    }
    close(lockFile);
  }

  private static void close(@Nullable FileChannel lockFile) {
    if (lockFile != null) {
      try {
        lockFile.close();
      } catch (IOException e) {
        // Its end gives the lock back all the same.
      }
    }
  }
}
