package dev.dmabroker.event;

/**
 * A frame was submitted that a consumer will not see. Immutable. Not for implementation outside the
 * broker.
 */
public interface FrameDropped {

  /** {@return the stream's name} */
  String stream();

  /**
   * {@return the name of the consumer's device, or of the producer's if no consumer will see the
   * frame}
   */
  String consumer();

  /** {@return the number of the frame} */
  long sequence();

  /** {@return why the frame was dropped} */
  Reason reason();

  /** Why a frame is dropped. */
  enum Reason {
    /** A later frame took its place, or the producer needed its buffer. */
    SLOW,
    /** The stream stopped. */
    STOPPED,
    /** The fence of the producer signalled an error. */
    FAILED,
    /**
     * The producer had the buffer before the consumer came, which is of a group that must not see
     * what the buffer held until then.
     */
    FOREIGN
  }
}
