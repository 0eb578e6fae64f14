package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Refuses a large allocation of ordinary memory that cannot succeed. The kernel promises memory
 * freely and answers a shortage by killing a process, as likely as not this JVM, rather than by an
 * error. Small allocations are not checked: reading the figures takes longer than the allocation.
 */
final class MemoryRoom {

  /** The size from which on an allocation is checked. */
  static final long LARGE_BYTES = 64L << 20;

  private static final Path CGROUP = Path.of("/sys/fs/cgroup");

  /** Whether memory of dma-heaps counts for the cgroup; older kernels do not have the file. */
  private static final Path HEAPS_ARE_CHARGED =
      Path.of("/sys/module/dma_heap/parameters/mem_accounting");

  private MemoryRoom() {}

  /**
   * Returns if there seems to be room.
   *
   * @throws HeapException TOO_LARGE if the machine's memory would not hold that much, FULL if it
   *     does not hold it now
   */
  static void require(String heap, long sizeBytes) throws HeapException {
    if (sizeBytes >= LARGE_BYTES) {
      require(heap, sizeBytes, MemInfo.read(), cgroupRoom(CGROUP));
    }
  }

  /** Returns if there seems to be room in a dma-heap, whose memory no cgroup limits by default. */
  static void requireOfHeap(String heap, long sizeBytes) throws HeapException {
    if (sizeBytes >= LARGE_BYTES) {
      require(
          heap,
          sizeBytes,
          MemInfo.read(),
          heapsAreCharged(HEAPS_ARE_CHARGED) ? cgroupRoom(CGROUP) : OptionalLong.empty());
    }
  }

  static boolean heapsAreCharged(Path parameter) {
    try {
      return Files.readString(parameter).strip().equals("Y");
    } catch (IOException e) {
      return false;
    }
  }

  static void require(String heap, long sizeBytes, MemInfo memory, OptionalLong cgroupRoom)
      throws HeapException {
    long most = memory.bytes("MemTotal").orElse(Long.MAX_VALUE);
    if (sizeBytes > most) {
      throw new HeapException(
          Kind.TOO_LARGE,
          heap + " cannot give " + sizeBytes + " bytes: the machine has " + most + " in all");
    }
    long room =
        Math.min(
            memory.bytes("MemAvailable").orElse(Long.MAX_VALUE), cgroupRoom.orElse(Long.MAX_VALUE));
    if (sizeBytes > room) {
      throw new HeapException(
          Kind.FULL,
          heap
              + " cannot give "
              + sizeBytes
              + " bytes: "
              + room
              + " are available now (MemAvailable of /proc/meminfo, memory.max of the cgroup);"
              + " release buffers, or use another heap");
    }
  }

  /** The bytes that the container may still use, if it is in a cgroup of version 2 with a limit. */
  static OptionalLong cgroupRoom(Path folder) {
    try {
      String limit = Files.readString(folder.resolve("memory.max")).strip();
      if (limit.equals("max")) {
        return OptionalLong.empty();
      }
      long used = Long.parseLong(Files.readString(folder.resolve("memory.current")).strip());
      long room = Math.max(0, Long.parseLong(limit) - used);
      // The page cache of files counts as used, and the kernel drops it when there is need.
      return OptionalLong.of(Math.addExact(room, inactiveFileBytes(folder)));
    } catch (IOException | NumberFormatException | ArithmeticException e) {
      return OptionalLong.empty();
    }
  }

  private static long inactiveFileBytes(Path folder) throws IOException {
    try (var lines = Files.lines(folder.resolve("memory.stat"))) {
      return lines
          .filter(line -> line.startsWith("inactive_file "))
          .mapToLong(line -> Long.parseLong(line.substring("inactive_file ".length()).strip()))
          .sum();
    }
  }
}
