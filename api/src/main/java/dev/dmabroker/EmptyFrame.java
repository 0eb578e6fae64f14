package dev.dmabroker;

import dev.dmabroker.spec.SyncFile;

/**
 * A buffer that the producer fills with the next frame. Its contents are undefined: parts that the
 * producer does not write may show an earlier frame. The frame ends once, by {@link #submit},
 * {@link #submitAfter}, {@link #close} or the stream's stop, from any thread.
 *
 * <p>The CPU views of the frame end no later than the frame, since its buffer goes on then: a view
 * may be closed before {@link #submit}, or the frame may be submitted while the view is open. A
 * view that was ended like this is refused as a closed one is, and to close it does nothing. The
 * stop alone leaves views open, as the application may be writing; they end when the frame is
 * closed or its submission is refused.
 *
 * <p>Not for implementation outside the library.
 */
public interface EmptyFrame extends AutoCloseable {

  /** {@return the number of the buffer in its stream; see {@link Frame#index}} */
  int index();

  /** {@return the buffer's memory, which the producer may overwrite until this frame ends} */
  MappedMemory mapping();

  /**
   * Ends CPU views of the frame that are open, ends the producer's mapping, and hands the frame to
   * the consumers, which see all that was written. May block in the kernel for a short time while
   * views end, and does not block otherwise.
   *
   * @throws CpuAccessException if a CPU view did not end well, as {@link CpuView#close} says. The
   *     view has ended, and the frame is not submitted and stays open: close it, or submit it again
   *     with the contents that it has.
   * @throws StreamStoppedException if the stream was stopped meanwhile
   * @throws ClosedException if the frame has ended otherwise
   */
  void submit();

  /**
   * Ends CPU views of the frame as {@link #submit} does, and hands the frame to the consumers once
   * the fence signals, and not before frames that were submitted earlier. If the fence signals an
   * error, the frame is dropped; the stream counts it and tells listeners. Blocks no longer than
   * {@link #submit}.
   *
   * @param fence its descriptor passes to the broker, which closes it
   * @throws FenceException if the descriptor is not one of a sync file, or if no fence poller can
   *     wait for it; the frame stays open then, and the descriptor stays the caller's
   * @throws CpuAccessException as {@link #submit}; the descriptor stays the caller's
   * @throws StreamStoppedException if the stream was stopped meanwhile; the descriptor stays the
   *     caller's
   * @throws ClosedException if the frame has ended otherwise; the descriptor stays the caller's
   */
  void submitAfter(SyncFile fence);

  /**
   * Ends CPU views of the frame that are open, and returns the buffer to the stream unused. Does
   * nothing if the frame has ended.
   *
   * @throws CpuAccessException if a CPU view did not end well, as {@link CpuView#close} says; the
   *     buffer is returned nevertheless
   */
  @Override
  void close();
}
