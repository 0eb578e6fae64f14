package dev.dmabroker;

/**
 * A stream does not run, or was stopped while the caller waited. It can be started again. To a
 * consumer this says that it has had the last frame.
 */
public final class StreamStoppedException extends BrokerException {
  private static final long serialVersionUID = 1;

  StreamStoppedException(String message) {
    super(message);
  }

  /** False: the application stopped the stream, and has to start it before frames flow again. */
  @Override
  public boolean isTransient() {
    return false;
  }
}
