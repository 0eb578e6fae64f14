package dev.dmabroker;

import java.nio.ByteBuffer;

/**
 * The CPU's access to the memory of a mapping, between a begin and an end as DMA_BUF_IOCTL_SYNC
 * asks. Not thread-safe, but any thread may close it. Close the view before the mapping: a view
 * that outlasts its {@link Mapping} keeps the memory in place until the view is closed. A view of a
 * stream's frame ends with the frame, if it is not closed before. Not for implementation outside
 * the broker.
 */
public interface CpuView extends AutoCloseable {

  /** {@return the bytes of memory that the view reaches} */
  long sizeBytes();

  /**
   * {@return the whole memory, in native byte order; read-only if the mapping only reads} A
   * ByteBuffer that is kept past the view's end never faults, but its contents mean nothing: once
   * the memory is gone, reads give zeros and writes have no effect on any buffer.
   *
   * @throws CpuAccessException if the memory cannot be mapped
   * @throws ClosedException if this view is closed
   * @throws IllegalStateException if the memory is larger than 2^31-1 bytes; use {@link
   *     #bytes(long, int)} then
   */
  ByteBuffer bytes();

  /**
   * {@return a part of the memory, with the rules of {@link #bytes()}}
   *
   * @param offsetBytes where the part begins, in bytes
   * @param lengthBytes the length of the part, in bytes
   * @throws CpuAccessException if the memory cannot be mapped
   * @throws ClosedException if this view is closed
   * @throws IndexOutOfBoundsException if the range is not within the memory
   */
  ByteBuffer bytes(long offsetBytes, int lengthBytes);

  /**
   * Ends the CPU's access. A second call does nothing, and returns once the access has ended.
   *
   * @throws CpuAccessException if the kernel refuses, or if memory was gone when this thread used
   *     it in the view, as when a file that is mapped was truncated; the access has ended
   *     nevertheless
   */
  @Override
  void close();
}
