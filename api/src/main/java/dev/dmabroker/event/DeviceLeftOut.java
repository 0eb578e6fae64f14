package dev.dmabroker.event;

/**
 * A dispensable device is left out of a buffer, or served again. Immutable. Not for implementation
 * outside the broker.
 */
public interface DeviceLeftOut {

  /** The buffer's name. */
  String buffer();

  /** The device's name. */
  String device();

  /** Whether the device is left out now; false if it is served again. */
  boolean leftOut();
}
