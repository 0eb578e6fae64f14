package dev.dmabroker;

import dev.dmabroker.spec.SyncFile;

/**
 * A frame that a consumer holds. May be closed from any thread. Not for implementation outside the
 * library.
 */
public interface Frame extends AutoCloseable {

  /**
   * The number of the buffer in its stream, from 0 and as small as may be: what a V4L2 queue has to
   * be given as index, so that the driver finds the memory attached that it knows. Returns when the
   * buffer is gone, so a cache has to look at {@link Mapping#fd} and {@link Mapping#generation} as
   * well.
   */
  int index();

  /** Counts what was submitted to the stream, from 0. A gap tells of frames that were dropped. */
  long sequence();

  /** The consumer's right to read the buffer. It ends with this frame; do not close it. */
  Mapping mapping();

  /**
   * Releases the frame once the fence signals; see {@link Mapping#closeAfter}. Does not block.
   *
   * @param fence whose descriptor passes to the broker, which closes it
   * @throws FenceException if the descriptor is not one of a sync file, or nothing here can wait
   *     for one; the frame is open and the descriptor the caller's then
   * @throws ClosedException if the frame is closed; the descriptor is still the caller's
   */
  void closeAfter(SyncFile fence);

  /** Releases the frame. Never blocks for longer than a hand-over; a second call does nothing. */
  @Override
  void close();
}
