package dev.dmabroker;

/** An operation that does not wait was refused because the buffer, or the stream, is in use. */
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
