package dev.dmabroker.internal.stream;

import dev.dmabroker.StreamConsumer;
import dev.dmabroker.internal.runtime.AfterLock;

/** A stream as its consumers see it. It is used under the stream's lock. */
interface FrameSource {

  /** One user of the buffer, a consumer or the producer, does not have it any more. */
  void release(StreamBuffer buffer, AfterLock after);

  /**
   * The stream goes on without the consumer of this frame, which still holds it: the buffer leaves
   * the stream, and is not used again.
   */
  void abandon(TakenFrame frame, AfterLock after);

  /** A consumer has closed a frame that was {@linkplain #abandon abandoned}, or was not. */
  void endAbandoned(TakenFrame frame);

  /** A consumer may do without a buffer that it has queued, if the producer waits for one. */
  void relieve(AfterLock after);

  /** Whether no more frames are handed on until the stream is started again. */
  boolean isOver();

  /** Gives the consumer no frames from now on. */
  void leave(AttachedConsumer consumer, AfterLock after);

  /** Closes the consumer's attachments to the stream's buffers. */
  void detach(StreamConsumer consumer, AfterLock after);

  /** Tells where the buffers are, for errors; it is called without the lock too. */
  String describeUse();
}
