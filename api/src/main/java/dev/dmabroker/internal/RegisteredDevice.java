package dev.dmabroker.internal;

import dev.dmabroker.Access;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Constraints;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.time.Duration;

/** A device of one broker. */
final class RegisteredDevice implements Device {
  private final BrokerEngine engine;
  private final DeviceSpec spec;
  private final Duration longestHold;
  private volatile boolean closed;

  RegisteredDevice(BrokerEngine engine, DeviceSpec spec) {
    this.engine = engine;
    this.spec = spec;
    this.longestHold = spec.longestHold().orElse(engine.settings().longestHold());
  }

  boolean belongsTo(BrokerEngine candidate) {
    return engine == candidate;
  }

  void checkOpen(String intent) {
    if (closed) {
      throw new ClosedException("cannot " + intent + ": device " + name() + " is closed");
    }
  }

  User user() {
    return new User(name(), constraints(), access());
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Constraints constraints() {
    return spec.constraints();
  }

  @Override
  public Access access() {
    return spec.access();
  }

  @Override
  public Duration longestHold() {
    return longestHold;
  }

  @Override
  public void close() {
    closed = true;
    engine.forget(this);
  }

  @Override
  public String toString() {
    return spec.toString();
  }
}
