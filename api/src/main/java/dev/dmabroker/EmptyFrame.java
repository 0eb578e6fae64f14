package dev.dmabroker;

import dev.dmabroker.spec.SyncFile;

/**
 * A buffer that the producer fills with the next frame. Its contents are undefined: what is not
 * written may show an earlier frame. Ends once, by {@link #submit}, {@link #submitAfter}, {@link
 * #close} or the stream's stop, from any thread. Not for implementation outside the library.
 */
public interface EmptyFrame extends AutoCloseable {

  /** The number of the buffer in its stream; see {@link Frame#index}. */
  int index();

  /** The producer's right to overwrite the buffer. It ends with this frame; do not close it. */
  Mapping mapping();

  /**
   * Unmaps, and hands the frame to the consumers. Does not block.
   *
   * @throws StreamStoppedException if the stream was stopped meanwhile
   * @throws ClosedException if the frame has ended otherwise
   */
  void submit();

  /**
   * Hands the frame to the consumers once the fence signals, and not before those submitted
   * earlier. If the fence signals an error the frame is dropped, which is counted and told. Does
   * not block.
   *
   * @param fence whose descriptor passes to the broker, which closes it
   * @throws FenceException if the descriptor is not one of a sync file, or nothing here can wait
   *     for one; the frame is open and the descriptor the caller's then
   * @throws StreamStoppedException if the stream was stopped meanwhile; the descriptor is the
   *     caller's
   * @throws ClosedException if the frame has ended otherwise; the descriptor is the caller's
   */
  void submitAfter(SyncFile fence);

  /** Returns the buffer unused, unless the frame has ended. */
  @Override
  void close();
}
