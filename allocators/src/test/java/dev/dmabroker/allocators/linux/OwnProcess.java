package dev.dmabroker.allocators.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What /proc says of the process that runs the tests. */
public final class OwnProcess {

  private static final long DEADLINE_NANOS = 60_000_000_000L;

  private OwnProcess() {}

  /** How many descriptors of memfds and dma-bufs there are. */
  public static int memoryDescriptors() {
    int count = 0;
    try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path fd : fds) {
        String target = target(fd);
        if (target.startsWith("/memfd:") || target.startsWith("/dmabuf:")) {
          count++;
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return count;
  }

  /**
   * How many page frames of a range of the machine's memory are free, as /proc/kpageflags tells
   * them (the kernel's admin-guide/mm/pagemap.rst): eight bytes a frame, bit 10 set if it is free.
   */
  public static int freeFrames(long start, long end) throws IOException {
    ByteBuffer flags = ByteBuffer.allocate((int) ((end - start) / Pages.size()) * Long.BYTES);
    try (FileChannel file = FileChannel.open(Path.of("/proc/kpageflags"))) {
      long offset = start / Pages.size() * Long.BYTES;
      while (flags.hasRemaining()) {
        if (file.read(flags, offset + flags.position()) <= 0) {
          throw new IOException("/proc/kpageflags ends within " + start + " to " + end);
        }
      }
    }
    int free = 0;
    for (flags.flip().order(ByteOrder.nativeOrder()); flags.hasRemaining(); ) {
      free += (flags.getLong() & 1 << 10) != 0 ? 1 : 0;
    }
    return free;
  }

  /** What the descriptors refer to, but for the class path's files and the JVM's own sockets. */
  static List<String> descriptors() {
    try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.map(OwnProcess::target)
          .filter(target -> !target.equals("closed") && !target.startsWith("/proc/"))
          .filter(target -> !target.endsWith(".jar") && !target.endsWith("/modules"))
          .filter(target -> !target.startsWith("socket:"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** What the mappings of memory are of. */
  static List<String> memoryMappings() {
    return read("/proc/self/maps")
        .lines()
        .filter(line -> line.contains("/memfd:") || line.contains("/dmabuf:"))
        .map(line -> line.substring(line.indexOf('/')))
        .sorted()
        .toList();
  }

  /** What a descriptor refers to, as the kernel writes it. */
  public static String target(int fd) {
    return target(Path.of("/proc/self/fd/" + fd));
  }

  private static String target(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString();
    } catch (IOException e) {
      return "closed";
    }
  }

  /** The highest descriptor that refers to a file. */
  static int newest(Path file) {
    try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.filter(fd -> target(fd).equals(file.toString()))
          .mapToInt(fd -> Integer.parseInt(String.valueOf(fd.getFileName())))
          .max()
          .orElseThrow();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether a descriptor is close-on-exec. */
  public static boolean closeOnExec(int fd) {
    return LibC.calls().fcntl(fd, LibC.F_GETFD, 0) == LibC.FD_CLOEXEC;
  }

  /** Size of the address space. */
  public static long addressSpaceBytes() {
    return MemInfo.in(Path.of("/proc/self/status")).bytes("VmSize").orElseThrow();
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Collects garbage until the condition holds; false if it never does. */
  public static boolean collectUntil(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > DEADLINE_NANOS) {
        return false;
      }
      System.gc();
    }
    return true;
  }

  /** Maps a descriptor a second time, as a peer would that received it. */
  public static ByteBuffer mapAgain(int fd, int bytes) throws Exception {
    return AddressRange.map(fd, bytes, false, "peer").bytes(0, bytes);
  }

  /** Opens a node for reading and writing; the caller closes it. */
  public static int open(Path node) {
    int fd = LibC.calls().open(Fd.text(node.toString()), LibC.O_RDWR | LibC.O_CLOEXEC, 0);
    if (fd == -1) {
      throw new AssertionError(node + ": " + Errno.last());
    }
    return fd;
  }

  /** Closes a descriptor that a test owns. */
  public static void close(int fd) {
    LibC.calls().close(fd);
  }
}
