package dev.dmabroker.samples.gstreamer.inprocess;

/**
 * Memory cannot pass between the broker and GStreamer. The text says what was wanted, why it cannot
 * be, and what helps.
 */
public class GstMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  GstMemoryException(String message) {
    super(message);
  }

  GstMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
