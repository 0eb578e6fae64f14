package dev.dmabroker;

import org.jspecify.annotations.Nullable;

/** The memory has no file descriptor, or its descriptor could not be duplicated. */
public final class DescriptorException extends BrokerException {
  private static final long serialVersionUID = 1;

  DescriptorException(String message) {
    super(message);
  }

  DescriptorException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
