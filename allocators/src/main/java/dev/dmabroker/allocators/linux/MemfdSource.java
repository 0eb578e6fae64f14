package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;

/** Allocates memfds of ordinary or of huge pages. Holds nothing itself. Thread-safe. */
public final class MemfdSource implements Source {

  private final String heap;
  private final long hugePageBytes;
  private final long unitBytes;
  private final int node;
  private final Leftovers leftovers;

  private MemfdSource(
      String heap, long hugePageBytes, long unitBytes, int node, Leftovers leftovers) {
    this.node = node;
    this.heap = heap;
    this.hugePageBytes = hugePageBytes;
    this.unitBytes = unitBytes;
    this.leftovers = leftovers;
  }

  /**
   * Makes a source of ordinary pages.
   *
   * @throws HeapException if this JVM cannot make system calls
   */
  static MemfdSource ordinary(String heap) throws HeapException {
    return ordinary(heap, new Leftovers());
  }

  /**
   * Makes a source of ordinary pages.
   *
   * @param leftovers is told of memory that lives on after its release
   * @throws HeapException if this JVM cannot make system calls
   */
  public static MemfdSource ordinary(String heap, Leftovers leftovers) throws HeapException {
    NativeAccess.require();
    return new MemfdSource(heap, 0, Pages.size(), Memfd.ANY_NODE, leftovers);
  }

  /** Makes a source of huge pages. */
  static MemfdSource huge(String heap, long hugePageBytes) {
    return new MemfdSource(heap, hugePageBytes, hugePageBytes, Memfd.ANY_NODE, new Leftovers());
  }

  /** A source of these pages at a NUMA node, as far as the node has room. */
  MemfdSource at(int numaNode) {
    return new MemfdSource(heap, hugePageBytes, unitBytes, numaNode, new Leftovers());
  }

  /** The number of bytes that sizes are rounded up to. */
  long unitBytes() {
    return unitBytes;
  }

  /**
   * The size in bytes that {@link #allocate} really takes for a size.
   *
   * @throws IllegalArgumentException if the size is less than 1
   * @throws HeapException if no size in whole pages is that large
   */
  public long rounded(long sizeBytes) throws HeapException {
    return Pages.roundUp(heap, sizeBytes, unitBytes);
  }

  @Override
  public String type() {
    return "memfd";
  }

  @Override
  public LinuxBacking allocate(String label, long sizeBytes) throws HeapException {
    return allocate(label, sizeBytes, () -> {});
  }

  /**
   * Allocates as {@link #allocate(String, long)} does.
   *
   * @param afterRelease runs once the memory is given back; must not throw
   */
  public LinuxBacking allocate(String label, long sizeBytes, Runnable afterRelease)
      throws HeapException {
    long rounded = rounded(sizeBytes);
    Fd fd = createSealed(label, rounded);
    return new LinuxBacking(fd, rounded, false, heap + ":" + label, leftovers, afterRelease);
  }

  /** Makes the memfd alone, for a source that makes something else of it. */
  Fd createSealed(String label, long rounded) throws HeapException {
    if (hugePageBytes == 0) {
      MemoryRoom.of(MemoryRoom.Pool.FILES).require(heap, rounded);
    }
    return Memfd.create(label, rounded, hugePageBytes, node);
  }

  @Override
  public Leftovers leftovers() {
    return leftovers;
  }

  @Override
  public void close() {}
}
