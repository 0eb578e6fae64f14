package dev.dmabroker;

/**
 * A broker, buffer, device, attachment, mapping, lease, stream, frame or view was used after it was
 * closed.
 */
public final class ClosedException extends BrokerException {
  private static final long serialVersionUID = 1;

  ClosedException(String message) {
    super(message);
  }

  /** False: what is closed stays closed. Make it anew. */
  @Override
  public boolean isTransient() {
    return false;
  }
}
