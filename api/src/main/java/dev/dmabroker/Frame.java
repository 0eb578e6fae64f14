package dev.dmabroker;

import dev.dmabroker.spec.SyncFile;

/**
 * A frame of a stream that a consumer holds. Any thread may close it. The CPU views of a frame end
 * with the frame, as its buffer goes on then. Not for implementation outside the library.
 */
public interface Frame extends AutoCloseable {

  /**
   * {@return the number of the buffer in its stream, from 0 and as small as possible} Give it to a
   * V4L2 queue as the index, so that the driver recognizes memory that it has attached before. Once
   * a buffer is gone, a new buffer may get its number, and its descriptor's number, too. So a cache
   * of imports has to compare the inode of {@link MappedMemory#fd} and {@link
   * MappedMemory#generation}.
   */
  int index();

  /**
   * {@return the number of the frame: it counts the frames submitted to the stream, from 0} A gap
   * between two numbers means that frames were dropped, of which listeners are {@linkplain
   * dev.dmabroker.event.FrameDropped told}.
   */
  long sequence();

  /** {@return the buffer's memory, which the consumer may read until this frame ends} */
  MappedMemory mapping();

  /**
   * Releases the frame once the fence signals; see {@link Mapping#closeAfter}. Ends CPU views of
   * the frame that are open first, which may block in the kernel for a short time; apart from that
   * it does not block.
   *
   * @param fence its descriptor passes to the broker, which closes it
   * @throws FenceException if the descriptor is not one of a sync file, or if no fence poller can
   *     wait for it; the frame stays open then, and the descriptor stays the caller's
   * @throws CpuAccessException if a CPU view did not end well, as {@link CpuView#close} says; the
   *     view has ended, the frame stays open, and the descriptor stays the caller's
   * @throws ClosedException if the frame is closed; the descriptor stays the caller's
   */
  void closeAfter(SyncFile fence);

  /**
   * Releases the frame, and ends CPU views of it that are open first. Blocks at most for the short
   * time in which the kernel ends them and the buffer is handed over; a second call does nothing.
   *
   * @throws CpuAccessException if a CPU view did not end well, as {@link CpuView#close} says; the
   *     frame is released nevertheless
   */
  @Override
  void close();
}
