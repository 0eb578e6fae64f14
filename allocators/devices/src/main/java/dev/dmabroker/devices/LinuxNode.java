package dev.dmabroker.devices;

import com.sun.jna.Pointer;
import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.LibC;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A node of {@code /dev}, by the system calls that the heaps make, too. */
final class LinuxNode implements Node {
  private static final long NANOS_A_SECOND = 1_000_000_000;

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
      fd =
          LibC.calls()
              .open(Fd.text(path.toString()), LibC.O_RDWR | LibC.O_NONBLOCK | LibC.O_CLOEXEC, 0);
    } while (fd == -1 && Errno.last().code() == Errno.EINTR.code());
    if (fd == -1) {
      throw new DeviceException("open", path.toString(), Errno.last().code());
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
    try {
      do {
        result = LibC.calls().ioctl(fd(), request, Pointer.nativeValue(argument));
        result = result == -1 ? -Errno.last().code() : result;
      } while (result == -Errno.EINTR.code());
    } finally {
      Reference.reachabilityFence(argument);
    }
    // What another file answers that has the number now, after other code closed ours, means
    // nothing.
    return result < 0 && result != -Errno.EAGAIN.code() && !isOurs() ? -Errno.EBADF.code() : result;
  }

  @Override
  public boolean poll(int events, long deadlineNanos) {
    return poll(name, fd(), events, deadlineNanos);
  }

  /** {@link #poll(int, long)} of any descriptor. */
  static boolean poll(String name, int fd, int events, long deadlineNanos) {
    while (true) {
      int ready = LibC.calls().ppoll(entry(fd, events), 1, time(deadlineNanos), 0);
      if (ready >= 0) {
        return ready > 0;
      }
      Errno errno = Errno.last();
      if (!errno.equals(Errno.EINTR)) {
        throw new DeviceException("poll", name, errno.code());
      }
    }
  }

  /** A struct pollfd. */
  private static byte[] entry(int fd, int events) {
    return struct(LibC.POLLFD_BYTES).putInt(fd).putShort((short) events).array();
  }

  /** The time until then as struct timespec has it, none if it is past. */
  private static byte[] time(long deadlineNanos) {
    long left = Math.max(0, deadlineNanos - System.nanoTime());
    return struct(LibC.TIMESPEC_BYTES)
        .putLong(left / NANOS_A_SECOND)
        .putLong(left % NANOS_A_SECOND)
        .array();
  }

  private static ByteBuffer struct(int sizeBytes) {
    return ByteBuffer.allocate(sizeBytes).order(ByteOrder.nativeOrder());
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
        LibC.calls().close(fd);
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
