package dev.dmabroker;

import org.jspecify.annotations.Nullable;

/** The kernel refused to begin or to end the CPU's access to memory. */
public final class CpuAccessException extends BrokerException {
  private static final long serialVersionUID = 1;

  CpuAccessException(String message) {
    super(message);
  }

  CpuAccessException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** False: the contents may be wrong or incomplete. Read or write them anew, in a new view. */
  @Override
  public boolean isTransient() {
    return false;
  }
}
