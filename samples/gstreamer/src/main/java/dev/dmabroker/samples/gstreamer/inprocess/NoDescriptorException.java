package dev.dmabroker.samples.gstreamer.inprocess;

/**
 * The buffers of a pipeline cannot be adopted, as the element that fills them does so in memory
 * without a descriptor, or in several memories for each buffer. The text says what helps.
 */
public final class NoDescriptorException extends GstMemoryException {
  private static final long serialVersionUID = 1;

  NoDescriptorException(String message) {
    super(message);
  }
}
