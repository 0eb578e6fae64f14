package dev.dmabroker;

import org.jspecify.annotations.Nullable;

/** A wait was interrupted. The thread's interrupt flag is set again and nothing is half-done. */
public final class WaitInterruptedException extends BrokerException {
  private static final long serialVersionUID = 1;

  WaitInterruptedException(String message) {
    super(message);
  }

  WaitInterruptedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
