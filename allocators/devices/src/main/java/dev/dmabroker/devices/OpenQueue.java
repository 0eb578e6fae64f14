package dev.dmabroker.devices;

/** A queue, as the device sees it that closes it. */
interface OpenQueue extends AutoCloseable {
  /** Whether {@link #close} was called. */
  boolean isClosed();

  @Override
  void close();
}
