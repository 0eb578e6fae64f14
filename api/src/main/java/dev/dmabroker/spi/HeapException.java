package dev.dmabroker.spi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A heap refused a request. The text says what was asked, what the system answered and what would
 * help.
 */
public final class HeapException extends Exception {
  private static final long serialVersionUID = 1;

  /** The kinds of refusals. */
  public enum Kind {
    /** The heap has no room now (ENOMEM, ENOSPC). */
    FULL,
    /** The heap never gives that much at once. */
    TOO_LARGE,
    /** The process has no descriptor left (EMFILE, ENFILE). */
    NO_DESCRIPTORS,
    /** The process does not have the permission (EACCES, EPERM). */
    NO_PERMISSION,
    /** The request failed for another reason. */
    FAILED
  }

  /** The kind of the refusal. */
  private final Kind kind;

  /**
   * Makes an exception with the kind and the text.
   *
   * @param kind the kind of the refusal
   * @param message what was asked, what was answered, and what would help
   */
  public HeapException(Kind kind, String message) {
    this(kind, message, null);
  }

  /**
   * Makes an exception with the kind, the text and the cause.
   *
   * @param kind the kind of the refusal
   * @param message what was asked, what was answered, and what would help
   * @param cause what the system answered
   */
  public HeapException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = Objects.requireNonNull(kind);
  }

  /** {@return the kind of the refusal} */
  public Kind kind() {
    return kind;
  }
}
