package dev.dmabroker;

/** A device or heap has a name that another one has already. */
public final class DuplicateNameException extends BrokerException {
  private static final long serialVersionUID = 1;

  DuplicateNameException(String message) {
    super(message);
  }
}
