package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;

/**
 * The size of pages, and sizes in whole pages. Use it only if {@link NativeAccess} has no problem.
 * Thread-safe.
 */
public final class Pages {

  private static final class Holder {
    static final long SIZE = LibC.calls().sysconf(LibC.SC_PAGESIZE);
  }

  private Pages() {}

  /** The bytes in a page: 4096, 16384 or 65536, as the kernel was built. */
  public static long size() {
    return Holder.SIZE;
  }

  /**
   * The size, rounded up to whole units.
   *
   * @param unit a power of two
   * @throws IllegalArgumentException if the size is less than 1
   * @throws HeapException if the rounded size is over 2^63-1
   */
  static long roundUp(String heap, long sizeBytes, long unit) throws HeapException {
    requirePositive(sizeBytes);
    if (sizeBytes > Long.MAX_VALUE - (unit - 1)) {
      throw new HeapException(
          Kind.TOO_LARGE,
          heap + " cannot give " + sizeBytes + " bytes: no size in whole pages is that large");
    }
    return (sizeBytes + unit - 1) & -unit;
  }

  /**
   * Returns if memory of this size can be asked for.
   *
   * @throws IllegalArgumentException if the size is less than 1
   */
  public static void requirePositive(long sizeBytes) {
    if (sizeBytes < 1) {
      throw new IllegalArgumentException("size must be at least 1 byte, is " + sizeBytes);
    }
  }
}
