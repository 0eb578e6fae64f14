package dev.dmabroker.event;

/**
 * A dispensable device is left out of a buffer, or served again. Not for implementation outside the
 * broker.
 */
public interface DeviceLeftOut {

  /** The buffer's name. */
  String buffer();

  /** The device's name. */
  String device();

  /** Whether it is left out now. */
  boolean leftOut();
}
