package dev.dmabroker;

/** Memory was to be adopted that another buffer of the broker has already. */
public final class DuplicateMemoryException extends BrokerException {
  private static final long serialVersionUID = 1;

  /** The name of the buffer that has the memory. */
  private final String buffer;

  DuplicateMemoryException(String message, String buffer) {
    super(message);
    this.buffer = buffer;
  }

  /** {@return the name of the buffer that has the memory} */
  public String buffer() {
    return buffer;
  }

  /** False: the application has to close the buffer that has the memory, or use it. */
  @Override
  public boolean isTransient() {
    return false;
  }
}
