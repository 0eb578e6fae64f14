package dev.dmabroker;

/** A dispensable device cannot use a buffer now, because the others could not be served with it. */
public final class LeftOutException extends BrokerException {
  private static final long serialVersionUID = 1;

  /** With a text that says which device, and where the buffer lies. */
  public LeftOutException(String message) {
    super(message);
  }
}
