package dev.dmabroker;

/** A device asked for an access that it did not declare, or that the memory does not allow. */
public final class UndeclaredAccessException extends BrokerException {
  private static final long serialVersionUID = 1;

  UndeclaredAccessException(String message) {
    super(message);
  }

  /** False: declare the access, or give the device memory that allows it. */
  @Override
  public boolean isTransient() {
    return false;
  }
}
