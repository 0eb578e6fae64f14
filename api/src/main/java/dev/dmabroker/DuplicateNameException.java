package dev.dmabroker;

/** A device or heap has a name that another device or heap of the broker has already. */
public final class DuplicateNameException extends BrokerException {
  private static final long serialVersionUID = 1;

  DuplicateNameException(String message) {
    super(message);
  }

  /** False: choose another name, or close what has it. */
  @Override
  public boolean isTransient() {
    return false;
  }
}
