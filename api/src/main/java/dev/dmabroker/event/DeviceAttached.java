package dev.dmabroker.event;

import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.util.List;
import java.util.Optional;

/** A device was attached to a buffer. Immutable. Not for implementation outside the broker. */
public interface DeviceAttached {

  /** {@return the broker's number of the buffer} */
  long bufferId();

  /** {@return the buffer's name} */
  String buffer();

  /** {@return what the buffer holds} */
  BufferSpec spec();

  /** {@return the device, with its constraints and access} */
  User device();

  /** {@return the names of the devices that were attached already, in their order} */
  List<String> before();

  /** {@return the name of the heap in which the buffer lies; empty if it has no memory} */
  Optional<String> heap();
}
