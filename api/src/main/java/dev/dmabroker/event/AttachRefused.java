package dev.dmabroker.event;

import dev.dmabroker.UnsatisfiableException;

/**
 * A device could not be attached, because no heap suits it together with the devices that are
 * attached. Nothing has changed. Immutable. Not for implementation outside the broker.
 */
public interface AttachRefused {

  /** {@return the buffer's name} */
  String buffer();

  /** {@return the name of the device that was refused} */
  String device();

  /**
   * {@return the exception that the caller of attach got: the smallest conflict, and what would
   * resolve it}
   */
  UnsatisfiableException explanation();
}
