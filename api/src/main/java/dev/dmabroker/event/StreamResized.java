package dev.dmabroker.event;

/**
 * A stream has got a buffer more, or has fewer; none once it is closed, as what is still held then
 * goes when it is released. Not for implementation outside the broker.
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
