package dev.dmabroker.spi;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One allocation in a heap. The broker calls it without holding a lock; {@link #fd}, {@link #dupFd}
 * and {@link #bytes} from any thread, at any time before {@link #release}.
 */
public interface Backing {

  /** Bytes allocated, at least as many as were asked for. */
  long sizeBytes();

  /**
   * The descriptor of the memory, close-on-exec, owned by the backing; -1 if the memory has none,
   * as what a user brought.
   */
  int fd();

  /**
   * A duplicate of {@link #fd}, close-on-exec, owned by the caller.
   *
   * @throws HeapException if there is no descriptor left, or the memory has none
   */
  int dupFd() throws HeapException;

  /**
   * Part of the memory in the CPU's view, in native order. It must never fault, even if it is kept
   * after {@link #release}: it may read zeros then.
   *
   * @throws HeapException if the memory cannot be mapped
   * @throws IndexOutOfBoundsException if the range is not within the memory
   */
  ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException;

  /**
   * Makes the memory coherent for the CPU; what DMA_BUF_IOCTL_SYNC with SYNC_START does. May block.
   *
   * @throws HeapException if that is refused
   */
  void beginCpuAccess(Access access) throws HeapException;

  /**
   * Makes the CPU's changes visible to devices; called once for each {@link #beginCpuAccess}, with
   * the same access.
   *
   * @throws HeapException if that is refused
   */
  void endCpuAccess(Access access) throws HeapException;

  /**
   * What the kernel's own fences on the memory make that access wait for. Does not block.
   *
   * @return a sync file that is the caller's, or empty if there is nothing to wait for
   * @throws HeapException if the kernel does not tell
   */
  default Optional<SyncFile> pendingFence(Access access) throws HeapException {
    return Optional.empty();
  }

  /**
   * What tells this memory from all other, by {@code equals}: two backings of the same memory have
   * the same. A dma-buf's inode, whatever number its descriptor has. Does not block.
   *
   * @return empty if nothing is known that does
   */
  default Optional<Object> identity() {
    return Optional.empty();
  }

  /** Gives the memory back. Called once; must not throw. */
  void release();
}
