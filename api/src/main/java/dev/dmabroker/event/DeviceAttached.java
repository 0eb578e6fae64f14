package dev.dmabroker.event;

import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.util.List;
import java.util.Optional;

/** A device was attached to a buffer. Immutable. Not for implementation outside the broker. */
public interface DeviceAttached {

  /** The broker's number of the buffer. */
  long bufferId();

  /** The buffer's name. */
  String buffer();

  /** What the buffer holds. */
  BufferSpec spec();

  /** The device, with its constraints and access. */
  User device();

  /** The names of the devices that were attached already, in their order. */
  List<String> before();

  /** The name of the heap in which the buffer lies; empty if it has no memory. */
  Optional<String> heap();
}
