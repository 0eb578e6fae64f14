package dev.dmabroker;

/**
 * Keeps a buffer where it is, for a device that cannot let go of memory, for example a display that
 * scans it out. While a pin is open, the buffer does not move, a device that would need a move is
 * refused, and the memory is not given back while the broker is open. A pin gives no right to use
 * the memory; map the buffer for that. Thread-safe. Not for implementation outside the broker.
 */
public interface Pin extends AutoCloseable {

  /** {@return the attachment that pinned the buffer} */
  Attachment attachment();

  /** {@return the heap that the buffer lies in} */
  String heapName();

  /**
   * {@return the generation of the buffer, which does not change; see {@link Mapping#generation}}
   */
  long generation();

  /**
   * Lets the buffer move again. Detaching does so too. Never blocks; a second call does nothing.
   */
  @Override
  void close();
}
