package dev.dmabroker.event;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.util.List;
import java.util.Optional;

/**
 * A device was attached to a buffer.
 *
 * @param bufferId the broker's number of the buffer
 * @param buffer the buffer's name
 * @param spec what it holds
 * @param device the device, and what it asks
 * @param before the names of the devices that were attached already, in their order
 * @param heap where the buffer lies, if it has memory
 */
public record DeviceAttached(
    long bufferId,
    String buffer,
    BufferSpec spec,
    User device,
    List<String> before,
    Optional<String> heap) {
  /** Copies the list. */
  public DeviceAttached {
    before = ImmutableList.copyOf(before);
  }
}
