package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import java.util.OptionalLong;

/**
 * A kind of fence that {@link LinuxFencePoller} waits for: descriptors that poll readable once
 * their fences are done.
 */
interface FenceKind {

  /** An outcome: the descriptor is not a fence of this kind, or not any more. */
  int NO_FENCE = -1;

  /**
   * Returns if the descriptor can be waited for.
   *
   * @throws HeapException if not; the text says what was expected
   */
  void check(int fd) throws HeapException;

  /**
   * The outcome of the work behind a fence. Does not block, and may be called again.
   *
   * @return 0 if it succeeded or nothing is known, a positive errno, or {@link #NO_FENCE}
   */
  int outcome(int fd);

  /**
   * Tells when a fence signalled, as {@link System#nanoTime} counts. Does not block.
   *
   * @return empty if it has not signalled, or if that is not known
   */
  OptionalLong signalledNanos(int fd);
}
