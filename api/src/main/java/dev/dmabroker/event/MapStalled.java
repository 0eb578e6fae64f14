package dev.dmabroker.event;

import java.time.Duration;

/** A map had to wait. Immutable. Not for implementation outside the broker. */
public interface MapStalled {

  /** {@return the buffer's name} */
  String buffer();

  /** {@return the name of the device that maps} */
  String device();

  /** {@return how long the map waited} */
  Duration waited();

  /** {@return whether the buffer was mapped in the end} */
  boolean granted();
}
