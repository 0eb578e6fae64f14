package dev.dmabroker.event;

import java.time.Duration;

/** A map had to wait. Immutable. Not for implementation outside the broker. */
public interface MapStalled {

  /** The buffer's name. */
  String buffer();

  /** The name of the device that maps. */
  String device();

  /** How long the map waited. */
  Duration waited();

  /** Whether the buffer was mapped in the end. */
  boolean granted();
}
