package dev.dmabroker;

/**
 * A dispensable device cannot use a buffer now, because the other devices could not be served
 * together with it.
 */
public final class LeftOutException extends BrokerException {
  private static final long serialVersionUID = 1;

  LeftOutException(String message) {
    super(message);
  }

  /** True: the device is served again once devices that are in its way have detached. */
  @Override
  public boolean isTransient() {
    return true;
  }
}
