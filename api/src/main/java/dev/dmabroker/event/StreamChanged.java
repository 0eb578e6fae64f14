package dev.dmabroker.event;

/**
 * A stream was made or closed, or a consumer came to it or left it. Immutable. Not for
 * implementation outside the broker.
 */
public interface StreamChanged {

  /** What became different. */
  enum Change {
    /** The stream was made. */
    MADE,
    /** A consumer gets the stream's frames from now on. */
    CONSUMER_JOINED,
    /** A consumer gets no frames any more; it may still hold some. */
    CONSUMER_LEFT,
    /**
     * The stream starts, or goes on, without a dispensable consumer, which did not attach or answer
     * in its time. If it was attached, {@link #CONSUMER_LEFT} follows.
     */
    CONSUMER_LEFT_OUT,
    /** The stream was closed, after its consumers have left. */
    CLOSED
  }

  /** {@return the stream's name} */
  String stream();

  /** {@return what became different} */
  Change change();

  /** {@return the consumer that came, left or was left out; otherwise the stream's producer} */
  String device();
}
