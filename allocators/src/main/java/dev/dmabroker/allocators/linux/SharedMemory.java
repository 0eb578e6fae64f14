package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.nio.ByteBuffer;

/**
 * Memory that two processes have in their address spaces: one makes it, and sends a descriptor of
 * it to the other. Its size cannot be changed, so no access to it faults, whatever the other
 * process does; but the other may write to it at any time, and may turn pages of it into zeros. A
 * child that is forked does not have it. Thread-safe.
 */
public final class SharedMemory {
  private final AddressRange range;
  private final ByteBuffer bytes;

  private SharedMemory(AddressRange range, ByteBuffer bytes) {
    this.range = range;
    this.bytes = bytes;
  }

  /** Memory that was made, and the descriptor by which another process can map it. */
  public record Made(SharedMemory memory, Fd descriptor) {}

  /**
   * Makes memory of zeros.
   *
   * @param sizeBytes whole pages
   * @throws HeapException if there is no memory, no descriptor or no address space left
   */
  public static Made create(String what, int sizeBytes) throws HeapException {
    Fd fd = Memfd.create(what, sizeBytes, 0);
    try {
      return new Made(map(fd, sizeBytes, what), fd);
    } catch (HeapException | RuntimeException | Error e) {
      fd.close();
      throw e;
    }
  }

  /**
   * Maps memory that another process has made. The descriptor stays the caller's, and is needed no
   * more.
   *
   * @throws HeapException if its size may change or is less, or if it cannot be mapped
   */
  public static SharedMemory map(Fd fd, int sizeBytes, String what) throws HeapException {
    try (Fd.Use use = fd.use()) {
      int seals = LibC.calls().fcntl(use.number(), LibC.F_GET_SEALS, 0);
      if (seals < 0 || (seals & LibC.F_SEAL_SHRINK) == 0) {
        throw new HeapException(Kind.FAILED, what + " may be cut short, so it is not mapped");
      }
      long size = LibC.calls().lseek(use.number(), 0, LibC.SEEK_END);
      if (size < sizeBytes) {
        throw new HeapException(
            Kind.FAILED, what + " should have " + sizeBytes + " bytes, and has " + size);
      }
      AddressRange range = AddressRange.map(use.number(), sizeBytes, true, what);
      // What the kernel refuses of these only costs time: pages may be swapped out, or a child that
      // is forked keeps them.
      int unused = LibC.calls().madvise(range.address(), sizeBytes, LibC.MADV_DONTFORK);
      int unusedToo = LibC.calls().mlock(range.address(), sizeBytes);
      return new SharedMemory(range, range.bytes(0, sizeBytes));
    }
  }

  /** All of it, in native order. It stays valid, also after {@link #release}. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** Lets go of the memory: {@link #bytes} shows zeros that belong to this process from now on. */
  public void release() {
    range.retire();
  }
}
