package dev.dmabroker.devices;

import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.LibC;

/**
 * Memory of the program's own, in whole pages, that a driver takes by address
 * (V4L2_MEMORY_USERPTR). Closed by the code that made it, once no queue has it. Thread-safe.
 */
public final class PageMemory implements AutoCloseable {
  private final long address;
  private final int sizeBytes;
  private boolean closed;

  /**
   * Allocates zeroed memory.
   *
   * @param sizeBytes at least 1
   * @throws DeviceException with ENOMEM if there is none
   */
  public PageMemory(int sizeBytes) {
    this.sizeBytes = sizeBytes;
    this.address =
        LibC.calls()
            .mmap(
                0,
                sizeBytes,
                LibC.PROT_READ | LibC.PROT_WRITE,
                LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS,
                -1,
                0);
    if (address == LibC.MAP_FAILED) {
      throw new DeviceException("mmap", "the program's memory", Errno.last().code());
    }
  }

  /** Where it lies. */
  long address() {
    return address;
  }

  /** {@return the size in bytes that was asked for} */
  public int sizeBytes() {
    return sizeBytes;
  }

  /** Gives the memory back. A second call does nothing. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      LibC.calls().munmap(address, sizeBytes);
    }
  }
}
