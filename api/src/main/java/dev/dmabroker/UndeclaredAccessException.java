package dev.dmabroker;

/** A device asked for an access that it did not declare, or that the memory does not allow. */
public final class UndeclaredAccessException extends BrokerException {
  private static final long serialVersionUID = 1;

  UndeclaredAccessException(String message) {
    super(message);
  }
}
