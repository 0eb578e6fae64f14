package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;

/**
 * Puts pages into the place of others at addresses that may be in use, in one step as far as other
 * threads can tell. The pages are mapped elsewhere and then moved into place. One mmap with
 * MAP_FIXED would do the same, but it may refuse after it has taken the old mapping away, for
 * example where the kernel does not overcommit, which would leave a hole that faults.
 */
final class Remap {
  private static final int READ_WRITE = LibC.PROT_READ | LibC.PROT_WRITE;
  private static final int ZEROS = LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE;

  private Remap() {}

  /**
   * Maps zero pages of this process, anywhere.
   *
   * @throws HeapException if there is no address space left
   */
  static long zeros(long sizeBytes, String what) throws HeapException {
    return map(sizeBytes, ZEROS, -1, what);
  }

  /**
   * Puts zero pages of this process to an address.
   *
   * @throws HeapException if the system refuses; nothing has changed then
   */
  static void zerosTo(long address, long sizeBytes, String what) throws HeapException {
    move(zeros(sizeBytes, what), sizeBytes, address, what);
  }

  /**
   * Puts a file's memory from its start to an address, and fills in the page tables.
   *
   * @throws HeapException if the system refuses; nothing has changed then
   */
  static void fileTo(int fd, long address, long sizeBytes, String what) throws HeapException {
    move(map(sizeBytes, LibC.MAP_SHARED | LibC.MAP_POPULATE, fd, what), sizeBytes, address, what);
  }

  private static long map(long sizeBytes, int flags, int fd, String what) throws HeapException {
    long address = LibC.calls().mmap(0, sizeBytes, READ_WRITE, flags, fd, 0);
    if (address == LibC.MAP_FAILED) {
      throw Errno.last().failure("mapping " + sizeBytes + " bytes for " + what);
    }
    return address;
  }

  private static void move(long from, long sizeBytes, long to, String what) throws HeapException {
    int flags = LibC.MREMAP_MAYMOVE | LibC.MREMAP_FIXED;
    if (LibC.calls().mremap(from, sizeBytes, sizeBytes, flags, to) != to) {
      HeapException failure =
          Errno.last().failure("moving " + sizeBytes + " bytes to the addresses of " + what);
      LibC.calls().munmap(from, sizeBytes);
      throw failure;
    }
  }
}
