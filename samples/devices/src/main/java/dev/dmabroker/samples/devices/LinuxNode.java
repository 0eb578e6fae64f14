package dev.dmabroker.samples.devices;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A node of {@code /dev}, by way of the C library. */
final class LinuxNode implements Node {
  private final String name;
  private final int fd;
  private final Optional<Path> identity;
  private volatile boolean closed;

  private LinuxNode(String name, int fd) {
    this.name = name;
    this.fd = fd;
    this.identity = target(fd);
  }

  /**
   * Opens a node without waiting for anything in later calls, close-on-exec.
   *
   * @throws DeviceException with ENOENT if there is none, EACCES if this user may not open it
   */
  static LinuxNode open(Path path) {
    int fd;
    do {
      fd = Libc.open(path.toString(), Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
    } while (fd == -1 && Libc.errno() == Errno.EINTR);
    if (fd == -1) {
      throw new DeviceException("open", path.toString(), Libc.errno());
    }
    return new LinuxNode(path.toString(), fd);
  }

  /** The paths of a folder that match a glob and end in a number, by number. */
  static List<Path> list(Path folder, String glob) {
    List<Path> nodes = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return nodes;
    }
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, glob)) {
      found.forEach(nodes::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // By length first: video10 comes after video9.
    nodes.sort(Comparator.comparing((Path p) -> p.toString().length()).thenComparing(p -> p));
    return nodes;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int fd() {
    if (closed) {
      throw new IllegalStateException(name + " is closed");
    }
    return fd;
  }

  @Override
  public int tryIoctl(long request, Pointer argument) {
    int result;
    do {
      result = Libc.ioctl(fd(), request, argument);
      result = result == -1 ? -Libc.errno() : result;
    } while (result == -Errno.EINTR);
    // What another file answers that has the number now, after other code closed ours, means
    // nothing.
    return result < 0 && result != -Errno.EAGAIN && !isOurs() ? -Errno.EBADF : result;
  }

  @Override
  public boolean poll(short events, long deadlineNanos) {
    return poll(name, fd(), events, deadlineNanos);
  }

  /** {@link #poll(short, long)} of any descriptor. */
  static boolean poll(String name, int fd, short events, long deadlineNanos) {
    Memory pollFd = new Memory(Libc.POLLFD_SIZE);
    while (true) {
      pollFd.clear();
      pollFd.setInt(0, fd);
      pollFd.setShort(Libc.POLLFD_EVENTS, events);
      // Rounded up, lest the last millisecond be spent spinning.
      long millis = Math.max(0, (deadlineNanos - System.nanoTime() + 999_999) / 1_000_000);
      int ready = Libc.poll(pollFd, 1, (int) Math.min(millis, Integer.MAX_VALUE));
      if (ready >= 0) {
        return ready > 0;
      }
      int errno = Libc.errno();
      if (errno != Errno.EINTR) {
        throw new DeviceException("poll", name, errno);
      }
    }
  }

  /**
   * Closes the descriptor unless other code has done so behind this class's back: its number may be
   * another file by now, which is not for us to close.
   */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      if (isOurs()) {
        Libc.close(fd);
      }
    }
  }

  private boolean isOurs() {
    return target(fd).equals(identity);
  }

  /** What the kernel says a descriptor is; empty if it is none, or /proc is not there. */
  private static Optional<Path> target(int fd) {
    try {
      return Optional.of(Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(fd))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
