package dev.dmabroker.event;

/**
 * A dispensable device is left out of a buffer, or served again. Immutable. Not for implementation
 * outside the broker.
 */
public interface DeviceLeftOut {

  /** {@return the buffer's name} */
  String buffer();

  /** {@return the device's name} */
  String device();

  /** {@return whether the device is left out now; false if it is served again} */
  boolean leftOut();
}
