package dev.dmabroker;

/**
 * What goes on now is in the way: a stream was not started, because it is being stopped; a device
 * was not attached to a stream that {@linkplain StreamSpec.Builder#dispensable went on without it},
 * because it still holds frames from before; or a use of a {@link FixedView} did not begin, because
 * earlier uses go on where the buffer lay before.
 */
public final class BusyException extends BrokerException {
  private static final long serialVersionUID = 1;

  BusyException(String message) {
    super(message);
  }

  /** True: what is in the way may end. */
  @Override
  public boolean isTransient() {
    return true;
  }
}
