package dev.dmabroker.spi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A heap's refusal. The text says what was asked, what the system answered and what would help. */
public final class HeapException extends Exception {
  private static final long serialVersionUID = 1;

  /** What kind of refusal. */
  public enum Kind {
    /** The heap has no room now (ENOMEM, ENOSPC). */
    FULL,
    /** The heap never gives that much at once. */
    TOO_LARGE,
    /** The process has no descriptor left (EMFILE, ENFILE). */
    NO_DESCRIPTORS,
    /** The process may not do that (EACCES, EPERM). */
    NO_PERMISSION,
    /** Anything else. */
    FAILED
  }

  private final Kind kind;

  /** With the kind and the text. */
  public HeapException(Kind kind, String message) {
    this(kind, message, null);
  }

  /** With the kind, the text and what led to it. */
  public HeapException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = Objects.requireNonNull(kind);
  }

  /** What kind of refusal. */
  public Kind kind() {
    return kind;
  }
}
