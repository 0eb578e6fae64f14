package dev.dmabroker.samples.bench;

import org.jspecify.annotations.Nullable;

/** A benchmark did not work. */
final class MeasuringException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MeasuringException(String message) {
    super(message);
  }

  MeasuringException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
