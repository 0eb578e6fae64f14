package dev.dmabroker;

import dev.dmabroker.spec.SyncFile;

/**
 * A buffer that the producer fills with the next frame. Its contents are undefined: parts that the
 * producer does not write may show an earlier frame. The frame ends once, by {@link #submit},
 * {@link #submitAfter}, {@link #close} or the stream's stop, from any thread. Not for
 * implementation outside the library.
 */
public interface EmptyFrame extends AutoCloseable {

  /** The number of the buffer in its stream; see {@link Frame#index}. */
  int index();

  /**
   * The producer's right to overwrite the buffer. The mapping ends with this frame; do not close
   * it.
   */
  Mapping mapping();

  /**
   * Ends the producer's mapping, and hands the frame to the consumers. Does not block.
   *
   * @throws StreamStoppedException if the stream was stopped meanwhile
   * @throws ClosedException if the frame has ended otherwise
   */
  void submit();

  /**
   * Hands the frame to the consumers once the fence signals, and not before frames that were
   * submitted earlier. If the fence signals an error, the frame is dropped; the stream counts it
   * and tells listeners. Does not block.
   *
   * @param fence its descriptor passes to the broker, which closes it
   * @throws FenceException if the descriptor is not one of a sync file, or if no fence poller can
   *     wait for it; the frame stays open then, and the descriptor stays the caller's
   * @throws StreamStoppedException if the stream was stopped meanwhile; the descriptor stays the
   *     caller's
   * @throws ClosedException if the frame has ended otherwise; the descriptor stays the caller's
   */
  void submitAfter(SyncFile fence);

  /** Returns the buffer to the stream unused. Does nothing if the frame has ended. */
  @Override
  void close();
}
