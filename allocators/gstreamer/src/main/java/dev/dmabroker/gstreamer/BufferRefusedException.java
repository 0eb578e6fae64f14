package dev.dmabroker.gstreamer;

import org.jspecify.annotations.Nullable;

/**
 * A buffer of a pipeline cannot be adopted: its memory is of no kind that may be used, may be cut
 * short, is too small for what the caps say, or is a buffer of this broker already. The text says
 * what was found, and what helps where something does.
 */
public final class BufferRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BufferRefusedException(String message) {
    this(message, null);
  }

  BufferRefusedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
