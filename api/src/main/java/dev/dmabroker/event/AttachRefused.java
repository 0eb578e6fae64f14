package dev.dmabroker.event;

import dev.dmabroker.UnsatisfiableException;

/**
 * A device could not be attached, because no heap suits it together with the devices that are
 * attached. Nothing has changed. Immutable. Not for implementation outside the broker.
 */
public interface AttachRefused {

  /** The buffer's name. */
  String buffer();

  /** The name of the device that was refused. */
  String device();

  /**
   * The exception that the caller of attach got: the smallest conflict, and what would resolve it.
   */
  UnsatisfiableException explanation();
}
