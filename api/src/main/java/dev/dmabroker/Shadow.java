package dev.dmabroker;

import java.time.Duration;

/**
 * A copy of a buffer that {@linkplain Broker#adopt stays where it is}, for devices that the
 * original's memory does not suit. These devices attach to {@link #buffer()}, which lies where they
 * reach it and moves like any other buffer.
 *
 * <p><b>The two buffers agree only after the application tells the shadow to copy</b>: call {@link
 * #refresh} after the original was written, and {@link #writeBack} after the shadow was written.
 * The copy overwrites without warning what was written to the target since. Until the first {@code
 * refresh} the shadow has no contents. A device that reads the target during a copy sees a mixture;
 * if that matters, the application has to keep devices out, as with any two devices that share a
 * buffer.
 *
 * <p>The original lives on as long as its shadow is open. Thread-safe. Not for implementation
 * outside the broker.
 */
public interface Shadow extends AutoCloseable {

  /** {@return the buffer that stays where it is} */
  SharedBuffer original();

  /**
   * {@return the copy: a buffer with the original's format and modifier} Its strides may differ.
   */
  SharedBuffer buffer();

  /**
   * Copies the original to the shadow. Blocks for as long as the copy takes, and while the shadow
   * moves.
   *
   * @param timeout how long each of the two maps may wait
   * @return the bytes that were copied
   * @throws WaitTimeoutException if one of the buffers could not be mapped in time
   * @throws AllocationException if no heap has memory for the shadow
   * @throws CpuAccessException if the copy failed; the contents of the shadow are undefined then
   * @throws WaitInterruptedException if the thread is interrupted while it waits
   * @throws ClosedException if the shadow, the original or the broker is closed
   * @throws IllegalArgumentException unless the timeout is positive
   */
  long refresh(Duration timeout);

  /**
   * Copies the shadow to the original; otherwise as {@link #refresh}. Blocks for as long as the
   * copy takes, and while the shadow moves.
   *
   * @param timeout how long each of the two maps may wait
   * @return the bytes that were copied
   */
  long writeBack(Duration timeout);

  /**
   * Drops this reference to the shadow's buffer, and copies no more; devices that are attached to
   * the shadow's buffer go on. The original is not written. A second call does nothing.
   */
  @Override
  void close();
}
