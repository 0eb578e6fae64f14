package dev.dmabroker;

import org.jspecify.annotations.Nullable;

/** A file descriptor could not be duplicated. */
public final class DescriptorException extends BrokerException {
  private static final long serialVersionUID = 1;

  /** With what, which, why, and what would help. */
  public DescriptorException(String message) {
    super(message);
  }

  /** With what, which, why, and what would help. */
  public DescriptorException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
