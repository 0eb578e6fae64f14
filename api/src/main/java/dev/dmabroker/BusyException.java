package dev.dmabroker;

/** An operation that does not wait was refused because the buffer, or the stream, is in use. */
public final class BusyException extends BrokerException {
  private static final long serialVersionUID = 1;

  BusyException(String message) {
    super(message);
  }
}
