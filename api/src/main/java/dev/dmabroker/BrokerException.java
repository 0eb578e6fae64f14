package dev.dmabroker;

import org.jspecify.annotations.Nullable;

/**
 * The root of the exceptions that the broker throws for failures at run time. Arguments that could
 * never be right throw {@link IllegalArgumentException} instead. Only the broker makes these
 * exceptions.
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
}
