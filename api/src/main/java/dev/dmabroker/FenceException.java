package dev.dmabroker;

import org.jspecify.annotations.Nullable;

/** A fence cannot be waited for. Its descriptor is still the caller's. */
public final class FenceException extends BrokerException {
  private static final long serialVersionUID = 1;

  FenceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
