package dev.dmabroker;

import java.nio.ByteBuffer;

/**
 * The CPU's access to a mapping's memory, bracketed as DMA_BUF_IOCTL_SYNC asks. Not thread-safe,
 * but may be closed from any thread. Close it before the mapping. Not for implementation outside
 * the broker.
 */
public interface CpuView extends AutoCloseable {

  /** Bytes that can be reached. */
  long sizeBytes();

  /**
   * The whole memory, in native byte order; read-only if the mapping only reads. A ByteBuffer kept
   * past the view's end never faults, but its contents mean nothing: once the memory is gone they
   * are zeros and writes reach no one.
   *
   * @throws ClosedException if this view is closed
   * @throws IllegalStateException if the memory is over 2^31-1 bytes; see {@link #bytes(long, int)}
   */
  ByteBuffer bytes();

  /**
   * Part of the memory, as {@link #bytes()}.
   *
   * @throws ClosedException if this view is closed
   * @throws IndexOutOfBoundsException if the range is not within the memory
   */
  ByteBuffer bytes(long offsetBytes, int lengthBytes);

  /**
   * Ends CPU access. A second call does nothing.
   *
   * @throws CpuAccessException if the kernel refuses; the access has ended all the same
   */
  @Override
  void close();
}
