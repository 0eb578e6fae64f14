package dev.dmabroker.event;

/**
 * A stream's producer has to wait and the stream does not grow. Listeners are told once, and again
 * only after a buffer was free. Immutable. Not for implementation outside the broker.
 */
public interface StreamHeldBack {

  /** {@return the stream's name} */
  String stream();

  /** {@return how many buffers the stream has} */
  int depth();

  /** {@return why the stream does not grow, and which devices have the buffers} */
  String reason();
}
