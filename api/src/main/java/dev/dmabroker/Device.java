package dev.dmabroker;

import java.time.Duration;

/**
 * A device known to a broker: a name, what memory it reaches and how it behaves. Thread-safe. Not
 * for implementation outside the broker.
 */
public interface Device extends AutoCloseable {

  /** Unique among the broker's registered devices. */
  String name();

  /** The memory that the device can reach. */
  Constraints constraints();

  /** The most that the device does with a buffer. */
  Access access();

  /** The longest that the device holds one mapping. */
  Duration longestHold();

  /**
   * Takes the device out of the broker, so that its name is free and nothing new attaches it.
   * Attachments that exist go on until they are closed. Never blocks; a second call does nothing.
   */
  @Override
  void close();
}
