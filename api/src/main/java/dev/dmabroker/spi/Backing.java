package dev.dmabroker.spi;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One allocation in a heap. The broker calls it without holding a lock. {@link #fd}, {@link #dupFd}
 * and {@link #bytes} may be called from any thread, at any time before {@link #release}.
 */
public interface Backing {

  /** {@return the size of the memory in bytes, at least as many as were asked for} */
  long sizeBytes();

  /**
   * {@return the descriptor of the memory, close-on-exec, owned by the backing; -1 if the memory
   * has none, for example because an application brought it}
   */
  int fd();

  /**
   * {@return a duplicate of {@link #fd}, close-on-exec, owned by the caller}
   *
   * @throws HeapException if the process has no descriptor left, or the memory has none
   */
  int dupFd() throws HeapException;

  /**
   * {@return a part of the memory as the CPU sees it, in native order} The ByteBuffer must never
   * fault, even if it is kept after {@link #release}: it may read zeros then.
   *
   * @param offsetBytes where the part begins, in bytes
   * @param lengthBytes the length of the part, in bytes
   * @throws HeapException if the memory cannot be mapped
   * @throws IndexOutOfBoundsException if the range is not within the memory
   */
  ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException;

  /**
   * Makes the memory coherent for the CPU, as DMA_BUF_IOCTL_SYNC with SYNC_START does. May block.
   *
   * @param access the access that the device asks for
   * @throws HeapException if the system refuses
   */
  void beginCpuAccess(Access access) throws HeapException;

  /**
   * Makes the CPU's changes visible to devices. The broker calls it once for each {@link
   * #beginCpuAccess}, with an equal access.
   *
   * @param access the access that the device asks for
   * @throws HeapException if the system refuses
   */
  void endCpuAccess(Access access) throws HeapException;

  /**
   * The fence that an access has to wait for because of the kernel's own fences on the memory. Does
   * not block.
   *
   * @param access the access that the device asks for
   * @return a sync file that is the caller's, or empty if there is nothing to wait for
   * @throws HeapException if the kernel does not tell
   */
  default Optional<SyncFile> pendingFence(Access access) throws HeapException {
    return Optional.empty();
  }

  /**
   * An object that tells this memory from all other memory, by {@code equals}: two backings of one
   * memory have equal identities. For a dma-buf this is its inode, whatever number its descriptor
   * has. It stays what it is for the life of the backing. The broker asks when other memory is
   * adopted. Does not block.
   *
   * @return empty if nothing is known that tells the memory from other memory
   */
  default Optional<Object> identity() {
    return Optional.empty();
  }

  /**
   * Reserves addresses at which this memory can be shown, and memory of other heaps that maps like
   * it. Nothing is shown there yet. The broker calls it before {@link #release}; the addresses
   * outlive this memory.
   *
   * @param sizeBytes the number of addresses, at least 1; rounded up to whole pages
   * @return the addresses
   * @throws HeapException if the memory cannot be shown at given addresses, which is the answer of
   *     memory that does not implement this, or if the process has no address space left
   */
  default FixedAddresses reserve(int sizeBytes) throws HeapException {
    throw new HeapException(
        HeapException.Kind.FAILED,
        this + " cannot be mapped at addresses that stay; use MappedMemory.cpuView()");
  }

  /** Gives the memory back. The broker calls it once. It must not throw. */
  void release();
}
