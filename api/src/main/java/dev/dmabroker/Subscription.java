package dev.dmabroker;

/**
 * The place of a listener among those that the broker tells ({@link Broker#listen}, {@link
 * Attachment#onMove}). It need not be kept: a listener is told until its subscription is closed.
 * Thread-safe. Not for implementation outside the broker.
 */
public interface Subscription extends AutoCloseable {

  /**
   * Ends the calls of the listener, but for those that are under way. Never blocks; a second call
   * does nothing.
   */
  @Override
  void close();
}
