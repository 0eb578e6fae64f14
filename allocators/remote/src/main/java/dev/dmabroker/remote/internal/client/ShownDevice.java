package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Device;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import java.time.Duration;
import java.util.List;

/**
 * A device of another client, of which this client knows the name.
 *
 * @param name the device's full name in the service
 */
record ShownDevice(String name) implements Device {

  @Override
  public Constraints constraints() {
    return Constraints.none();
  }

  @Override
  public Access access() {
    return Access.READ_WRITE;
  }

  @Override
  public List<Finding> findings() {
    return List.of();
  }

  @Override
  public Duration longestHold() {
    return Duration.ZERO;
  }

  /** Does nothing: its owner closes it. */
  @Override
  public void close() {}
}
