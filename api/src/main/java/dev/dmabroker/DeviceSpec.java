package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.CheckReturnValue;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.InvalidConstraintException;
import dev.dmabroker.spi.DeviceProbe;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The spec of a device: what it declares of itself when it is registered. Immutable; {@link
 * #toBuilder} makes specs that differ in some parts.
 */
public final class DeviceSpec {
  /** The most alternatives that a device may give. */
  public static final int MAX_ALTERNATIVES = 16;

  private final String name;
  private final ImmutableList<Constraints> alternatives;
  private final Access access;
  private final @Nullable Duration longestHold;
  private final boolean dispensable;
  private final @Nullable DeviceProbe probe;
  private final @Nullable String group;

  private DeviceSpec(Builder builder) {
    name = builder.name;
    alternatives = builder.alternatives;
    access = builder.access;
    longestHold = builder.longestHold;
    dispensable = builder.dispensable;
    probe = builder.probe;
    group = builder.group;
  }

  /**
   * {@return a builder of a device that reads and writes any memory, and that holds a mapping no
   * longer than the broker's default}
   *
   * @param name the device's name, unique among the broker's registered devices
   * @throws IllegalArgumentException if the name is blank
   */
  @CheckReturnValue
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** {@return a builder that has the parts of this spec} */
  @CheckReturnValue
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** {@return the device's name} */
  public String name() {
    return name;
  }

  /** {@return the memory that the device can reach, in its preferred alternative} */
  public Constraints constraints() {
    return alternatives.get(0);
  }

  /** {@return the constraints that the device can work with, best first; at least one} */
  public List<Constraints> alternatives() {
    return alternatives;
  }

  /** {@return the most that the device does with a buffer} */
  public Access access() {
    return access;
  }

  /** {@return the declared longest hold; empty if it is the broker's default} */
  public Optional<Duration> longestHold() {
    return Optional.ofNullable(longestHold);
  }

  /** {@return whether the broker may leave the device out of a buffer} */
  public boolean isDispensable() {
    return dispensable;
  }

  /** {@return the group of the device, if it has one} */
  public Optional<String> group() {
    return Optional.ofNullable(group);
  }

  /** {@return the probe that asks the real device, if there is one} */
  public Optional<DeviceProbe> probe() {
    return Optional.ofNullable(probe);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name).append('(').append(constraints());
    alternatives.stream().skip(1).forEach(each -> text.append(", or else ").append(each));
    return text.append(dispensable ? ", dispensable)" : ")").toString();
  }

  /** Collects the parts of a spec; the last value of a part counts. Not thread-safe. */
  public static final class Builder {
    private String name;
    private ImmutableList<Constraints> alternatives = ImmutableList.of(Constraints.none());
    private Access access = Access.READ_WRITE;
    private @Nullable Duration longestHold;
    private boolean dispensable;
    private @Nullable DeviceProbe probe;
    private @Nullable String group;

    private Builder(String name) {
      this.name = checkName(name);
    }

    private Builder(DeviceSpec spec) {
      name = spec.name;
      alternatives = spec.alternatives;
      access = spec.access;
      longestHold = spec.longestHold;
      dispensable = spec.dispensable;
      probe = spec.probe;
      group = spec.group;
    }

    private static String checkName(String name) {
      if (Objects.requireNonNull(name, "name").isBlank()) {
        throw new IllegalArgumentException("a device's name must not be blank");
      }
      return name;
    }

    /**
     * Sets the device's name, for a spec that is made from another device's.
     *
     * @param name the device's name
     * @return this builder
     * @throws IllegalArgumentException if the name is blank
     */
    public Builder name(String name) {
      this.name = checkName(name);
      return this;
    }

    /**
     * Sets the memory that the device can reach.
     *
     * @param constraints what the device needs
     * @return this builder
     */
    public Builder constraints(Constraints constraints) {
      return alternatives(constraints);
    }

    /**
     * Sets the constraints that the device can work with, best first. The broker takes the best
     * combination over all devices. Each step down the list costs as much as an unmet preference of
     * weight 100.
     *
     * @param alternatives the sets of constraints, the best first
     * @return this builder
     * @throws InvalidConstraintException if there is none, or more than {@value #MAX_ALTERNATIVES}
     */
    public Builder alternatives(Constraints... alternatives) {
      if (alternatives.length == 0 || alternatives.length > MAX_ALTERNATIVES) {
        throw new InvalidConstraintException(
            "device "
                + name
                + " must have 1 to "
                + MAX_ALTERNATIVES
                + " alternatives, has "
                + alternatives.length);
      }
      for (Constraints each : alternatives) {
        Objects.requireNonNull(each, "constraints");
      }
      this.alternatives = ImmutableList.copyOf(alternatives);
      return this;
    }

    /**
     * Sets the most that the device does with a buffer.
     *
     * @param access the access that the device asks for
     * @return this builder
     */
    public Builder access(Access access) {
      this.access = Objects.requireNonNull(access, "access");
      return this;
    }

    /**
     * Sets the longest time for which the device holds one mapping. A move of a buffer waits that
     * long until the device closes its mapping, and is rolled back if the mapping is still open
     * then. The broker counts no longer than 146 years.
     *
     * @param longestHold the longest hold; positive
     * @return this builder
     * @throws IllegalArgumentException unless the duration is positive
     */
    public Builder longestHold(Duration longestHold) {
      this.longestHold = Settable.positive("longestHold", longestHold);
      return this;
    }

    /**
     * Allows the broker to leave the device out of a buffer when it cannot be served together with
     * the others. The device stays attached, and is served as soon as that is possible; see {@link
     * Attachment#isLeftOut}.
     *
     * @return this builder
     */
    public Builder dispensable() {
      dispensable = true;
      return this;
    }

    /**
     * Sets a probe, which asks the real device at registration which heaps it imports from; {@link
     * Broker#register(DeviceSpec)} blocks for that, and {@link Broker#rescan} for heaps that join.
     * What the device refuses joins its constraints.
     *
     * @param probe the probe
     * @return this builder
     */
    public Builder probe(DeviceProbe probe) {
      this.probe = Objects.requireNonNull(probe, "probe");
      return this;
    }

    /**
     * Sets the group of the device. The group's budget counts besides the device's own ({@link
     * BrokerBuilder#budget}), and the devices of a group trust each other with old contents of a
     * {@link BufferStream}'s buffers. Devices without a group trust each other, too. From the first
     * device with a group on, the broker overwrites all new memory that the CPU reaches with zeros,
     * and does not rely on heaps for that, which takes time in proportion to the size.
     *
     * <p>A device that has mapped a buffer may keep a descriptor of the memory, which the kernel
     * never takes away. So when the last device of a group is detached from a buffer that one of
     * them has mapped, and their mappings are closed, the buffer moves to other memory before any
     * device maps it ({@link dev.dmabroker.event.BufferMove.Cause#TRUST}); if there is none, maps
     * fail with {@link MoveFailedException}. The group of the buffer's owner never leaves it: see
     * {@link Broker#export(String, BufferSpec, Device)}. A pinned buffer moves once its pin is
     * closed, and one that was adopted in memory that stays does not move.
     *
     * @param group the name of the group
     * @return this builder
     */
    public Builder group(String group) {
      this.group = Objects.requireNonNull(group, "group");
      return this;
    }

    /**
     * Builds the spec.
     *
     * @return the spec
     */
    @CheckReturnValue
    public DeviceSpec build() {
      return new DeviceSpec(this);
    }
  }
}
