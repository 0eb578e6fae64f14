package dev.dmabroker.samples.modes;

import java.util.Optional;
import java.util.function.IntConsumer;

/** Counts the system calls of the thread that shows frames. */
interface CallCounter {
  /** Counts nothing, where there is nothing to count with. */
  CallCounter NONE = show -> Optional.empty();

  /**
   * Has frames shown, and counts the system calls that the calling thread makes for each.
   *
   * @param show is given numbers of frames to show
   */
  Optional<CallsPerFrame> perFrame(IntConsumer show);
}
