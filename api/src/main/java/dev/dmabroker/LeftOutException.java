package dev.dmabroker;

/**
 * The broker does without a dispensable device: it cannot use a buffer now, because the other
 * devices could not be served together with it; or a stream goes on without this consumer, which
 * did not answer in its time ({@link StreamSpec.Builder#dispensable}).
 */
public final class LeftOutException extends BrokerException {
  private static final long serialVersionUID = 1;

  LeftOutException(String message) {
    super(message);
  }

  /**
   * True: the device is served again once devices that are in its way have detached, or when it
   * attaches to the stream anew.
   */
  @Override
  public boolean isTransient() {
    return true;
  }
}
