package dev.dmabroker.event;

/**
 * A stream's producer has to wait and the stream does not grow. Listeners are told once, and again
 * only after a buffer was free. Immutable. Not for implementation outside the broker.
 */
public interface StreamHeldBack {

  /** The stream's name. */
  String stream();

  /** How many buffers the stream has. */
  int depth();

  /** Why the stream does not grow, and which devices have the buffers. */
  String reason();
}
