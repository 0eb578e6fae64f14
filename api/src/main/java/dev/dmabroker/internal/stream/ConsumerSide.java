package dev.dmabroker.internal.stream;

/** What becomes of the frames that a consumer takes. It is called without the stream's lock. */
interface ConsumerSide {

  /** The consumer has closed the frame, which is unmapped. */
  void released(TakenFrame frame);

  /** The fence has signalled that the release of the frame waited for. From the poller's thread. */
  void signalled(TakenFrame frame);

  /**
   * The frame, which is unmapped, never reached the application. It is queued again, unless there
   * is a later one that counts.
   */
  void putBack(TakenFrame frame);
}
