package dev.dmabroker.internal.stream;

/** What becomes of the frames that a consumer takes. Called without the stream's lock. */
interface ConsumerSide {

  /** The consumer has closed the frame, which is unmapped. */
  void released(TakenFrame frame);

  /** The fence has signalled after which the frame was to be released. From the poller's thread. */
  void signalled(TakenFrame frame);

  /**
   * The frame, which is unmapped, never reached the application: it is queued again, unless there
   * is a later one that counts.
   */
  void putBack(TakenFrame frame);
}
