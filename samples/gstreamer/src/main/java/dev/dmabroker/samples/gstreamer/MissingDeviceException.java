package dev.dmabroker.samples.gstreamer;

import java.io.IOException;

/** This machine has no such device; the message has what helps. */
final class MissingDeviceException extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * Says what is missing.
   *
   * @param what the element that needs it, and what it needs
   */
  MissingDeviceException(String what) {
    super(what + "; samples/run --kernel gstreamer has it, in the kernel lab");
  }
}
