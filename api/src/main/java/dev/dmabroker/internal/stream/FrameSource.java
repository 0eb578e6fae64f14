package dev.dmabroker.internal.stream;

import dev.dmabroker.StreamConsumer;
import dev.dmabroker.internal.runtime.AfterLock;

/** The stream as its consumers see it. Used under the stream's lock. */
interface FrameSource {

  /** One of those that had the buffer does not have it any more. */
  void release(StreamBuffer buffer, AfterLock after);

  /** A consumer holds a frame from now on, so that the stream has to be looked after. */
  void watch(AfterLock after);

  /** The consumer gets no frames from now on. */
  void leave(StreamConsumer consumer);

  /** Closes the consumer's attachments to the stream's buffers. */
  void detach(StreamConsumer consumer, AfterLock after);

  /** Where the buffers are, for errors; without the lock too. */
  String describeUse();
}
