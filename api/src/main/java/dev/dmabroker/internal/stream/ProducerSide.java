package dev.dmabroker.internal.stream;

import java.util.OptionalInt;
import java.util.Set;

/**
 * What becomes of the frames that a stream's producer fills. It is called without the stream's
 * lock.
 */
interface ProducerSide {

  /**
   * Hands the frame to the consumers, in its turn and once its fence has signalled.
   *
   * @return false if the stream has stopped meanwhile; then nothing has changed
   */
  boolean submit(FillingFrame frame);

  /** The frame was about to be submitted, and goes on instead. */
  void resumed(FillingFrame frame);

  /** Takes a submission back, as the frame's fence cannot be waited for. */
  void unsubmit(FillingFrame frame);

  /**
   * The frame's fence has signalled. It is called from the poller's thread.
   *
   * @param errno empty unless the fence ended with an error
   */
  void signalled(FillingFrame frame, OptionalInt errno);

  /** The frame ended without being submitted, so its buffer is free again. */
  void returned(FillingFrame frame);

  /** The buffer was overwritten, and is for these groups now. */
  void scrubbed(StreamBuffer buffer, Set<String> groups);

  /** The buffer cannot be overwritten, so it leaves the stream once it is released. */
  void unusable(StreamBuffer buffer);
}
