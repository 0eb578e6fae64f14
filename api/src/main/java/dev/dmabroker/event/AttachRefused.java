package dev.dmabroker.event;

import dev.dmabroker.UnsatisfiableException;

/**
 * A device could not be attached, for no heap suits it together with those that are attached.
 * Nothing has changed. Not for implementation outside the broker.
 */
public interface AttachRefused {

  /** The buffer's name. */
  String buffer();

  /** The name of the device that was refused. */
  String device();

  /** What the caller of attach got: the smallest conflict, and what would resolve it. */
  UnsatisfiableException explanation();
}
