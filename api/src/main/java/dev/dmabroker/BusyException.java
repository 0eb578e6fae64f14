package dev.dmabroker;

/** A stream was not started, because it is being stopped. */
public final class BusyException extends BrokerException {
  private static final long serialVersionUID = 1;

  BusyException(String message) {
    super(message);
  }

  /** True: what is in the way may end. The waiting form of the operation waits for that. */
  @Override
  public boolean isTransient() {
    return true;
  }
}
