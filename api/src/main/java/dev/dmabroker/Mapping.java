package dev.dmabroker;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.SyncFile;

/**
 * One device's right to use a buffer for a limited time. While the mapping is open, the memory
 * stays where it is. Any thread may close it. Not for implementation outside the broker.
 */
public interface Mapping extends AutoCloseable {

  /**
   * The descriptor of the memory. It is borrowed: it is valid until this mapping is closed, and the
   * caller must not close it. The descriptor is close-on-exec.
   *
   * @throws DescriptorException if the memory has none because an application brought it ({@link
   *     Broker#adopt}); only a device that is {@link dev.dmabroker.spec.ConstraintsBuilder#cpuOnly}
   *     is given memory of this kind
   * @throws ClosedException if this mapping is closed
   */
  int fd();

  /**
   * A new descriptor of the memory, close-on-exec, which the caller has to close. The memory lives
   * until this descriptor is closed, but is no longer the buffer's once the buffer has moved.
   *
   * @throws ClosedException if this mapping is closed
   * @throws DescriptorException if the process has no descriptor left, or the memory has none
   */
  int dupFd();

  /** How the contents lie in the memory. */
  Layout layout();

  /** The heap that the memory lies in. */
  String heapName();

  /** The bytes of the memory, at least those of the layout. */
  long sizeBytes();

  /**
   * The number of the buffer's place: it counts the places that the buffer has had, from 1. A cache
   * of imports has to use this number as its key, because the system gives the number of a closed
   * descriptor out again.
   */
  long generation();

  /** The access that the mapping was made for. */
  Access access();

  /** Whether neither {@link #close} nor {@link #closeAfter} has been called. */
  boolean isOpen();

  /**
   * Begins CPU access with this mapping's access. May block in the kernel until caches are coherent
   * and implicit fences have signalled.
   *
   * @throws UndeclaredAccessException if the CPU cannot reach the heap's memory
   * @throws CpuAccessException if the kernel refuses
   * @throws ClosedException if this mapping is closed
   * @throws InternalError if memory was gone when this thread last used a ByteBuffer, and the JVM
   *     has not told yet; nothing is begun then
   */
  CpuView cpuView();

  /**
   * Ends the device's right once the fence signals. Use it for a device that still works on the
   * memory when the call is made. From now on this mapping counts as closed for the application,
   * which must not use its descriptor any more. The memory stays in place until the fence has
   * signalled; a move that the mapping holds up waits for it no longer than for any other mapping.
   * A fence that never signals keeps the memory. A fence that signals an error ends the mapping
   * too, and listeners are told. Does not block.
   *
   * @param fence its descriptor passes to the broker, which closes it
   * @throws FenceException if the descriptor is not one of a sync file, or if no fence poller can
   *     wait for it; the mapping stays open then, and the descriptor stays the caller's
   * @throws ClosedException if this mapping is closed; the descriptor stays the caller's
   */
  void closeAfter(SyncFile fence);

  /**
   * Ends the device's right to use the buffer. Blocks at most for the short time in which the right
   * is handed over; a second call does nothing.
   */
  @Override
  void close();
}
