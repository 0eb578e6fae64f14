package dev.dmabroker.event;

/**
 * A stream has one buffer more, or has fewer. A closed stream makes no events of this kind: buffers
 * that consumers still hold then go when they are released. Immutable. Not for implementation
 * outside the broker.
 */
public interface StreamResized {

  /** {@return the stream's name} */
  String stream();

  /** {@return how many buffers the stream had} */
  int before();

  /** {@return how many buffers the stream has now} */
  int after();

  /** {@return the bytes of all its buffers together} */
  long sizeBytes();

  /** {@return why the stream was resized, for a person to read} */
  String reason();
}
