package dev.dmabroker.remote.internal.value;

/**
 * Tells that a message does not say what it has to say: a value is missing, unknown or out of
 * bounds. The text says which, and names the nearest known value where there is one.
 */
public final class BadMessageException extends Exception {
  private static final long serialVersionUID = 1;

  /** Makes one. */
  public BadMessageException(String message) {
    super(message);
  }

  /** Makes one for a value that the API refused. */
  public BadMessageException(String message, Throwable cause) {
    super(message, cause);
  }
}
