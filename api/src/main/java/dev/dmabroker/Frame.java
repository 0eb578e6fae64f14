package dev.dmabroker;

import dev.dmabroker.spec.SyncFile;

/**
 * A frame of a stream that a consumer holds. Any thread may close it. Not for implementation
 * outside the library.
 */
public interface Frame extends AutoCloseable {

  /**
   * The number of the buffer in its stream, from 0 and as small as possible. Give it to a V4L2
   * queue as the index, so that the driver recognizes memory that it has attached before. Once a
   * buffer is gone, a new buffer may get its number, so a cache also has to compare {@link
   * Mapping#fd} and {@link Mapping#generation}.
   */
  int index();

  /**
   * The number of the frame: it counts the frames submitted to the stream, from 0. A gap between
   * two numbers means that frames were dropped.
   */
  long sequence();

  /** The consumer's right to read the buffer. The mapping ends with this frame; do not close it. */
  Mapping mapping();

  /**
   * Releases the frame once the fence signals; see {@link Mapping#closeAfter}. Does not block.
   *
   * @param fence its descriptor passes to the broker, which closes it
   * @throws FenceException if the descriptor is not one of a sync file, or if no fence poller can
   *     wait for it; the frame stays open then, and the descriptor stays the caller's
   * @throws ClosedException if the frame is closed; the descriptor stays the caller's
   */
  void closeAfter(SyncFile fence);

  /**
   * Releases the frame. Blocks at most for the short time in which the buffer is handed over; a
   * second call does nothing.
   */
  @Override
  void close();
}
