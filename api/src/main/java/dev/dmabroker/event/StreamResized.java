package dev.dmabroker.event;

/**
 * A stream has one buffer more, or has fewer. A closed stream makes no events of this kind: buffers
 * that consumers still hold then go when they are released. Immutable. Not for implementation
 * outside the broker.
 */
public interface StreamResized {

  /** The stream's name. */
  String stream();

  /** How many buffers the stream had. */
  int before();

  /** How many buffers the stream has now. */
  int after();

  /** The bytes of all its buffers together. */
  long sizeBytes();

  /** Why the stream was resized, for a person to read. */
  String reason();
}
