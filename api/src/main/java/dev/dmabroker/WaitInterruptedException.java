package dev.dmabroker;

import org.jspecify.annotations.Nullable;

/**
 * A thread was interrupted while it waited. Its interrupt flag is set again, and nothing is
 * half-done.
 */
public final class WaitInterruptedException extends BrokerException {
  private static final long serialVersionUID = 1;

  WaitInterruptedException(String message) {
    super(message);
  }

  WaitInterruptedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * False: the thread was asked to end, and its interrupt flag is set. Nothing is in the way but
   * that.
   */
  @Override
  public boolean isTransient() {
    return false;
  }
}
