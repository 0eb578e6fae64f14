package dev.dmabroker;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a device declares of itself. Immutable; the methods named after a field return a copy with
 * that field changed.
 */
public final class DeviceSpec {

  private final String name;
  private final Constraints constraints;
  private final Access access;
  private final @Nullable Duration longestHold;

  private DeviceSpec(
      String name, Constraints constraints, Access access, @Nullable Duration longestHold) {
    this.name = name;
    this.constraints = constraints;
    this.access = access;
    this.longestHold = longestHold;
  }

  /**
   * A device that reads and writes any memory and holds a mapping no longer than the broker's
   * default.
   *
   * @throws IllegalArgumentException if the name is blank
   */
  public static DeviceSpec named(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a device's name must not be blank");
    }
    return new DeviceSpec(name, Constraints.none(), Access.READ_WRITE, null);
  }

  /** The memory that the device can reach. */
  public DeviceSpec constraints(Constraints constraints) {
    return new DeviceSpec(
        name, Objects.requireNonNull(constraints, "constraints"), access, longestHold);
  }

  /** The most that the device does with a buffer. */
  public DeviceSpec access(Access access) {
    return new DeviceSpec(name, constraints, Objects.requireNonNull(access, "access"), longestHold);
  }

  /**
   * The longest that the device holds one mapping. A move of a buffer waits that long for the
   * device to let go, and is rolled back when it has not.
   *
   * @throws IllegalArgumentException unless positive
   */
  public DeviceSpec longestHold(Duration longestHold) {
    if (longestHold.isNegative() || longestHold.isZero()) {
      throw new IllegalArgumentException("longestHold must be positive, is " + longestHold);
    }
    return new DeviceSpec(name, constraints, access, longestHold);
  }

  /** Unique in the broker. */
  public String name() {
    return name;
  }

  /** The memory that the device can reach. */
  public Constraints constraints() {
    return constraints;
  }

  /** The most that the device does with a buffer. */
  public Access access() {
    return access;
  }

  /** The declared longest hold; empty if it is the broker's default. */
  public Optional<Duration> longestHold() {
    return Optional.ofNullable(longestHold);
  }

  @Override
  public String toString() {
    return name + "(" + constraints + ")";
  }
}
