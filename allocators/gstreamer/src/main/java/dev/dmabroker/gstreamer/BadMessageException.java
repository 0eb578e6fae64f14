package dev.dmabroker.gstreamer;

import java.io.IOException;

/** The other end sent what the protocol does not allow. */
final class BadMessageException extends IOException {
  private static final long serialVersionUID = 1;

  BadMessageException(String message) {
    super(message);
  }
}
