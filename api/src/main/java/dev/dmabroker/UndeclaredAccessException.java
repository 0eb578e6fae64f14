package dev.dmabroker;

/** A device was to do what it did not declare, or what its memory does not allow. */
public final class UndeclaredAccessException extends BrokerException {
  private static final long serialVersionUID = 1;

  UndeclaredAccessException(String message) {
    super(message);
  }
}
