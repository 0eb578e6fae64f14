package dev.dmabroker.remote.internal.service;

import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.LibC;
import dev.dmabroker.spi.HeapException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells whether a client, or a process that has it from a client, still has a descriptor or a
 * mapping of a memory that was sent. A memfd is opened anew for each client; the kernel grants a
 * lease for writing on a file (F_SETLEASE in fcntl(2)) only if it is open nowhere else, so a
 * witness that is opened anew as well can ask. Of a dma-buf the kernel tells the count of its users
 * (fdinfo). Thread-safe.
 */
final class Witness implements AutoCloseable {
  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 0x80000;

  /** fcntl(2): F_SETSIG, F_SETLEASE with F_WRLCK and F_UNLCK. */
  private static final int F_SETSIG = 10;

  private static final int F_SETLEASE = 1024;
  private static final int F_WRLCK = 1;
  private static final int F_UNLCK = 2;

  /** A signal that does nothing unless a process asks for it; a lease's own would end the JVM. */
  private static final int SIGURG = 23;

  private static final String COUNT = "count:\t";

  private final Fd fd;
  private final int number;
  private final boolean memfd;

  private Witness(Fd fd, boolean memfd) throws HeapException {
    try (Fd.Use use = fd.use()) {
      number = use.number();
    }
    this.fd = fd;
    this.memfd = memfd;
  }

  /**
   * Begins to watch a memory.
   *
   * @param descriptor of the memory, which stays the caller's
   */
  static Witness of(int descriptor, String what) throws HeapException {
    boolean memfd = isMemfd(descriptor);
    Fd own = memfd ? openAnew(descriptor, what) : Fd.duplicateOf(descriptor, what);
    return new Witness(own, memfd);
  }

  private static boolean isMemfd(int descriptor) {
    try {
      Path file = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
      return file.toString().startsWith("/memfd:");
    } catch (IOException e) {
      return false;
    }
  }

  private static Fd openAnew(int descriptor, String what) throws HeapException {
    byte[] path = ("/proc/self/fd/" + descriptor + "\0").getBytes(StandardCharsets.US_ASCII);
    int number = LibC.calls().open(path, O_RDWR | O_CLOEXEC, 0);
    if (number < 0) {
      throw Errno.last().failure("opening " + what + " anew");
    }
    return new Fd(number, what);
  }

  /** A descriptor for a client, which passes to the caller. */
  Fd forClient(String what) throws HeapException {
    try (Fd.Use use = fd.use()) {
      return memfd ? openAnew(use.number(), what) : Fd.duplicateOf(use.number(), what);
    }
  }

  /** The witness's own descriptor, to tell it from others of this process. */
  int number() {
    return number;
  }

  /** Whether the memory is in use elsewhere. Only of memory that this process uses no more. */
  boolean isUsedElsewhere() {
    try (Fd.Use use = fd.use()) {
      return memfd ? isOpenElsewhere(use.number()) : count(use.number()) > 1;
    } catch (HeapException closed) {
      return false;
    }
  }

  /**
   * Whether it is known that nobody but the broker uses the memory, which the broker still does.
   */
  boolean isUsedByBrokerAlone() {
    return memfd && !isUsedElsewhere();
  }

  private static boolean isOpenElsewhere(int number) {
    int unused = LibC.calls().fcntl(number, F_SETSIG, SIGURG);
    if (LibC.calls().fcntl(number, F_SETLEASE, F_WRLCK) != 0) {
      return Errno.last().equals(Errno.EAGAIN);
    }
    unused = LibC.calls().fcntl(number, F_SETLEASE, F_UNLCK);
    return false;
  }

  private static long count(int number) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo/" + number))) {
        if (line.startsWith(COUNT)) {
          return Long.parseLong(line.substring(COUNT.length()).strip());
        }
      }
    } catch (IOException | NumberFormatException e) {
      // It is not known.
    }
    return 0;
  }

  @Override
  public void close() {
    fd.close();
  }
}
