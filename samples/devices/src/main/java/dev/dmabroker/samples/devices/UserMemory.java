package dev.dmabroker.samples.devices;

import com.sun.jna.Pointer;

/**
 * Memory of the program's own, in whole pages, that a driver takes by address
 * (V4L2_MEMORY_USERPTR). Closed by the code that made it, once no queue has it. Thread-safe.
 */
public final class UserMemory implements AutoCloseable {
  private final Pointer address;
  private final int sizeBytes;
  private boolean closed;

  /**
   * Allocates zeroed memory.
   *
   * @param sizeBytes at least 1
   * @throws DeviceException with ENOMEM if there is none
   */
  public UserMemory(int sizeBytes) {
    this.sizeBytes = sizeBytes;
    this.address =
        Libc.mmap(Pointer.NULL, sizeBytes, Libc.PROT_READ_WRITE, Libc.MAP_PRIVATE_ANONYMOUS, -1, 0);
    if (Pointer.nativeValue(address) == -1) {
      throw new DeviceException("mmap", "the program's memory", Libc.errno());
    }
  }

  /** Where it lies. */
  long address() {
    return Pointer.nativeValue(address);
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
      Libc.munmap(address, sizeBytes);
    }
  }
}
