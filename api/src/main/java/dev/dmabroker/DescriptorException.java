package dev.dmabroker;

import dev.dmabroker.spi.HeapException;
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

  /**
   * Whether the process had no descriptor left, and may close some; false if the memory has no
   * descriptor to give.
   */
  @Override
  public boolean isTransient() {
    return getCause() instanceof HeapException refusal
        && refusal.kind() == HeapException.Kind.NO_DESCRIPTORS;
  }
}
