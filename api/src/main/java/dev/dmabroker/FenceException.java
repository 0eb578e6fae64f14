package dev.dmabroker;

import org.jspecify.annotations.Nullable;

/** The broker cannot wait for a fence. The fence's descriptor is still the caller's. */
public final class FenceException extends BrokerException {
  private static final long serialVersionUID = 1;

  FenceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * False: the broker cannot wait for fences of this kind. Wait for the fence, and then close or
   * submit without it.
   */
  @Override
  public boolean isTransient() {
    return false;
  }
}
