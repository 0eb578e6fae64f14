package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.Trait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Tells how much of the machine's ordinary memory a heap can give at all and now, and refuses a
 * large allocation that cannot succeed. The kernel promises memory freely and answers a shortage by
 * killing a process, as likely as not this JVM, rather than by an error. Small allocations are not
 * checked: reading the figures takes longer than the allocation.
 *
 * <p>What is left is the least of what the machine has ({@code MemAvailable} of {@code
 * /proc/meminfo}) and of what each {@link Cgroup} leaves the process, where the memory counts for
 * it. Immutable.
 */
final class MemoryRoom implements Room {

  /** The size from which on an allocation is checked. */
  static final long LARGE_BYTES = 64L << 20;

  private static final Path ROOT = Path.of("/");
  private static final Path MEMINFO = Path.of("proc/meminfo");

  /** Whether memory of dma-heaps counts for the cgroup; older kernels do not have the file. */
  private static final Path HEAPS_ARE_CHARGED =
      Path.of("sys/module/dma_heap/parameters/mem_accounting");

  private final Path root;
  private final Pool pool;

  /** The kinds of ordinary memory. */
  enum Pool {
    /**
     * Memory of files: a cgroup always pays for it, and the kernel may lay it into regions of CMA,
     * as it can move it.
     */
    FILES,
    /**
     * Memory of the heap {@code system}: a cgroup pays for it if the kernel is told so, and it
     * stays where it is, so regions of CMA are not for it (drivers/dma-buf/heaps/system_heap.c
     * allocates without {@code __GFP_MOVABLE}).
     */
    SYSTEM_HEAP
  }

  private MemoryRoom(Path root, Pool pool) {
    this.root = root;
    this.pool = pool;
  }

  /** The room on this machine. */
  static MemoryRoom of(Pool pool) {
    return in(ROOT, pool);
  }

  /** The room on a machine whose {@code proc} and {@code sys} lie in a folder. */
  static MemoryRoom in(Path root, Pool pool) {
    return new MemoryRoom(root, pool);
  }

  /** The most bytes that the heap can give, by the limits of now. */
  Trait<Long> capacity() {
    MemInfo memory = MemInfo.in(root.resolve(MEMINFO));
    OptionalLong total = memory.bytes("MemTotal");
    if (total.isEmpty()) {
      return Trait.unknown("/proc/meminfo has no MemTotal");
    }
    long machine = total.getAsLong() - ofCma(memory, "CmaTotal");
    OptionalLong limit =
        isCharged() ? Cgroup.ofThisProcess(root).limitBytes() : OptionalLong.empty();
    if (limit.isPresent() && limit.getAsLong() < machine) {
      return Trait.probed(
          limit.getAsLong(), "memory.max of the cgroup, which may be changed while it is in use");
    }
    return Trait.probed(
        machine,
        "MemTotal of /proc/meminfo"
            + (pool == Pool.SYSTEM_HEAP ? " less CmaTotal" : "")
            + ": all memory of the machine, which others use as well");
  }

  @Override
  public OptionalLong leftBytes() {
    MemInfo memory = MemInfo.in(root.resolve(MEMINFO));
    OptionalLong available = memory.bytes("MemAvailable");
    if (available.isEmpty()) {
      return available;
    }
    long machine = Math.max(0, available.getAsLong() - ofCma(memory, "CmaFree"));
    return isCharged()
        ? OptionalLong.of(
            Math.min(machine, Cgroup.ofThisProcess(root).leftBytes().orElse(Long.MAX_VALUE)))
        : OptionalLong.of(machine);
  }

  private long ofCma(MemInfo memory, String figure) {
    return pool == Pool.SYSTEM_HEAP ? memory.bytes(figure).orElse(0) : 0;
  }

  private boolean isCharged() {
    return switch (pool) {
      case FILES -> true;
      case SYSTEM_HEAP -> heapsAreCharged();
    };
  }

  private boolean heapsAreCharged() {
    try {
      return Files.readString(root.resolve(HEAPS_ARE_CHARGED)).strip().equals("Y");
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Returns if there seems to be room, or if the size is none that is checked.
   *
   * @throws HeapException TOO_LARGE if the machine or the cgroup would never hold that much, FULL
   *     if they do not hold it now
   */
  void require(String heap, long sizeBytes) throws HeapException {
    if (sizeBytes >= LARGE_BYTES) {
      check(heap, sizeBytes);
    }
  }

  /** Does what {@link #require} does, whatever the size. */
  void check(String heap, long sizeBytes) throws HeapException {
    Trait<Long> capacity = capacity();
    long most = capacity.or(Long.MAX_VALUE);
    if (sizeBytes > most) {
      throw new HeapException(
          Kind.TOO_LARGE,
          heap
              + " cannot give "
              + sizeBytes
              + " bytes: it has "
              + most
              + " in all ("
              + capacity.source()
              + ")");
    }
    long room = leftBytes().orElse(Long.MAX_VALUE);
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
}
