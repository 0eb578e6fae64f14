package dev.dmabroker.event;

/**
 * A frame was submitted that a consumer will not see.
 *
 * @param stream the stream's name
 * @param consumer the consumer's device; the producer's, if nobody will see the frame
 * @param sequence which frame
 * @param reason why
 */
public record FrameDropped(String stream, String consumer, long sequence, Reason reason) {
  /** Why a frame is dropped. */
  public enum Reason {
    /** A later one took its place, or the producer needed its buffer. */
    SLOW,
    /** The stream stopped. */
    STOPPED,
    /** The fence of the producer signalled an error. */
    FAILED
  }
}
