package dev.dmabroker;

import java.time.Duration;

/**
 * A copy of a buffer that {@linkplain Broker#adopt stays where it is}, kept for devices that its
 * memory does not suit: they attach to {@link #buffer()}, which lies where they reach it and moves
 * like any other.
 *
 * <p><b>The two are in step only at the points where this is told to copy</b>: {@link #refresh}
 * after the original was written, {@link #writeBack} after the shadow was. What was written to the
 * other side since is overwritten without a word. Until the first {@code refresh} the shadow has no
 * contents. Readers of the side that is written see a mixture while it is copied; whoever minds
 * keeps them out, as with any two devices at one buffer.
 *
 * <p>The original lives on as long as its shadow is open. Thread-safe. Not for implementation
 * outside the broker.
 */
public interface Shadow extends AutoCloseable {

  /** What stays where it is. */
  SharedBuffer original();

  /** The copy, in the same format and with the same modifier; strides may differ. */
  SharedBuffer buffer();

  /**
   * Copies the original to the shadow. Blocks for as long as that takes, and while the shadow
   * moves.
   *
   * @return bytes copied
   * @throws MapTimeoutException if one of them could not be mapped in time
   * @throws AllocationException if no heap has memory for the shadow
   * @throws CpuAccessException if the copy failed; the contents of the shadow are undefined then
   * @throws WaitInterruptedException if interrupted while waiting
   * @throws ClosedException if the shadow, the original or the broker is closed
   * @throws IllegalArgumentException unless the timeout is positive
   */
  long refresh(Duration timeout);

  /**
   * Copies the shadow to the original; as {@link #refresh}, the other way round.
   *
   * @return bytes copied
   */
  long writeBack(Duration timeout);

  /**
   * Drops this reference to the shadow's buffer, and copies no more; devices that are attached to
   * it go on. The original is not written. A second call does nothing.
   */
  @Override
  void close();
}
