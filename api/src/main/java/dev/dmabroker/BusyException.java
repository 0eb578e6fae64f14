package dev.dmabroker;

/** A stream was not started, because it is being stopped. */
public final class BusyException extends BrokerException {
  private static final long serialVersionUID = 1;

  BusyException(String message) {
    super(message);
  }
}
