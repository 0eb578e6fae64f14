package dev.dmabroker.event;

import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.util.List;
import java.util.Optional;

/** A device was attached to a buffer. Not for implementation outside the broker. */
public interface DeviceAttached {

  /** The broker's number of the buffer. */
  long bufferId();

  /** The buffer's name. */
  String buffer();

  /** What the buffer holds. */
  BufferSpec spec();

  /** The device, and what it asks. */
  User device();

  /** The names of the devices that were attached already, in their order. */
  List<String> before();

  /** Where the buffer lies, if it has memory. */
  Optional<String> heap();
}
