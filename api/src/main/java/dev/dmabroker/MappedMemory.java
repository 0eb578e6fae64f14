package dev.dmabroker;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;

/**
 * The memory in which a buffer lies, for as long as a device has the buffer mapped. What ends the
 * mapping is elsewhere: a {@link Mapping} is closed by itself, and that of a stream's frame ends
 * with the frame. Thread-safe. Not for implementation outside the broker.
 */
public interface MappedMemory {

  /**
   * {@return the descriptor of the memory} It is borrowed: it is valid until the mapping is closed,
   * and the caller must not close it. The descriptor is close-on-exec.
   *
   * @throws DescriptorException if the memory has none because an application brought it ({@link
   *     Broker#adopt}); only a device that is {@link dev.dmabroker.spec.ConstraintsBuilder#cpuOnly}
   *     is given memory of this kind
   * @throws ClosedException if the mapping is closed
   */
  int fd();

  /**
   * {@return a new descriptor of the memory, close-on-exec, which the caller has to close} The
   * memory lives until this descriptor is closed, but is no longer the buffer's once the buffer has
   * moved.
   *
   * @throws ClosedException if the mapping is closed
   * @throws DescriptorException if the process has no descriptor left, or the memory has none
   */
  int dupFd();

  /** {@return how the contents lie in the memory} */
  Layout layout();

  /** {@return the heap that the memory lies in} */
  String heapName();

  /** {@return the bytes of the memory, at least those of the layout} */
  long sizeBytes();

  /**
   * {@return the number of the buffer's place: it counts the places that the buffer has had, from
   * 1} It tells the places of one buffer apart, and is part of the key of a cache of imports: the
   * number of a descriptor is none, because the system gives it out again.
   */
  long generation();

  /** {@return the access that the mapping was made for} */
  Access access();

  /**
   * {@return whether the mapping is open: neither it nor the frame that it belongs to has been
   * ended}
   */
  boolean isOpen();

  /**
   * Begins CPU access with this mapping's access. May block in the kernel until caches are coherent
   * and implicit fences have signalled.
   *
   * @return the view, which the caller closes
   * @throws UndeclaredAccessException if the CPU cannot reach the heap's memory
   * @throws CpuAccessException if the kernel refuses
   * @throws ClosedException if the mapping is closed
   * @throws InternalError if memory was gone when this thread last used a ByteBuffer, and the JVM
   *     has not told yet; nothing is begun then
   */
  CpuView cpuView();
}
