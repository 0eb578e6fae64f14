package dev.dmabroker;

import org.jspecify.annotations.Nullable;

/**
 * The root of the exceptions that the broker throws for failures at run time. Arguments that could
 * never be right throw {@link IllegalArgumentException} instead. Only the broker makes these
 * exceptions.
 *
 * <p><b>Whether to try again.</b> {@link #isTransient} says whether the same call may succeed later
 * although the application changes nothing. If so, wait, for longer each time, and try again a
 * limited number of times. If not, the call fails each time until the application does what the
 * text and the Javadoc of the exception's {@code isTransient} say.
 *
 * <p>Exceptions can be serialized, with their text and with what their methods give, but for {@link
 * UnsatisfiableException#plan}.
 */
public abstract class BrokerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  static {
    ExceptionMaker.install();
  }

  BrokerException(String message) {
    super(message);
  }

  BrokerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * {@return whether the reason may pass by itself, as other callers and devices go on, so that
   * trying again can help}
   */
  public abstract boolean isTransient();
}
