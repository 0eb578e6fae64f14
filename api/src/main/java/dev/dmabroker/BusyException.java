package dev.dmabroker;

/** Something cannot be done at once because the buffer is in use. */
public final class BusyException extends BrokerException {
  private static final long serialVersionUID = 1;

  BusyException(String message) {
    super(message);
  }
}
