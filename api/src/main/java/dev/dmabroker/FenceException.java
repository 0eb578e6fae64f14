package dev.dmabroker;

/** A fence cannot be waited for. Its descriptor is still the caller's. */
public final class FenceException extends BrokerException {
  private static final long serialVersionUID = 1;

  /** Says why. */
  public FenceException(String message, Throwable cause) {
    super(message, cause);
  }
}
