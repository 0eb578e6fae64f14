package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;

/** What {@link LinuxFencePoller} waits for: descriptors that poll readable once they are done. */
interface FenceKind {

  /** An outcome: the descriptor is not such a fence, or not any more. */
  int NO_FENCE = -1;

  /**
   * Returns if the descriptor can be waited for.
   *
   * @throws HeapException that says what was expected, if not
   */
  void check(int fd) throws HeapException;

  /**
   * How the work behind a fence ended. Does not block, and may be asked again.
   *
   * @return 0 if it succeeded or nothing is known, a positive errno, or {@link #NO_FENCE}
   */
  int outcome(int fd);
}
