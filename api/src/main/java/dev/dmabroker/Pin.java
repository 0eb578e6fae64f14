package dev.dmabroker;

/**
 * Keeps a buffer where it is: for a device that cannot let go of memory, such as a display that
 * scans out. As long as there is one the buffer does not move, a device that would need it to is
 * refused, and the memory is not given back while the broker is open. A pin gives no right to use
 * the memory; map for that. Thread-safe. Not for implementation outside the broker.
 */
public interface Pin extends AutoCloseable {

  /** Who pinned. */
  Attachment attachment();

  /** The heap that the buffer lies in. */
  String heapName();

  /** The generation that stays; see {@link Mapping#generation}. */
  long generation();

  /**
   * Lets the buffer move again. Detaching does so too. Never blocks; a second call does nothing.
   */
  @Override
  void close();
}
