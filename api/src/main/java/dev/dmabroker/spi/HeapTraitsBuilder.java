package dev.dmabroker.spi;

import com.google.common.collect.Sets;
import dev.dmabroker.spec.CheckReturnValue;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.MemorySpeed;
import java.util.Objects;
import java.util.Set;

/** Collects traits; the last one of a name counts. Not thread-safe. */
public final class HeapTraitsBuilder {
  private static final String NOT_PROBED = "not probed";
  private static final String ORDINARY = "ordinary memory";

  Trait<Boolean> contiguous = Trait.unknown(NOT_PROBED);
  Trait<Integer> addressBits = Trait.unknown(NOT_PROBED);
  Trait<Long> alignmentBytes = Trait.unknown(NOT_PROBED);
  Trait<Long> maxSizeBytes = Trait.unknown(NOT_PROBED);
  Trait<Long> capacityBytes = Trait.unknown(NOT_PROBED);
  Trait<Boolean> cached = Trait.unknown(NOT_PROBED);
  Trait<Boolean> cpuReach = Trait.unknown(NOT_PROBED);
  Trait<Boolean> deviceAccess = Trait.unknown(NOT_PROBED);
  Trait<MemorySpeed> speed = Trait.assumed(MemorySpeed.NORMAL, ORDINARY);
  Trait<Long> granuleBytes = Trait.unknown(NOT_PROBED);
  Trait<Long> lowestAddress = Trait.unknown(NOT_PROBED);
  Trait<Set<Coherency>> coherency =
      Trait.assumed(Sets.immutableEnumSet(Coherency.CPU, Coherency.RAM), ORDINARY);
  Trait<Boolean> secure = Trait.assumed(false, ORDINARY);
  Trait<String> deviceLocal = Trait.unknown("main memory");
  Trait<Integer> numaNode = Trait.unknown(NOT_PROBED);
  Trait<Boolean> modelled = Trait.assumed(false, "the heap does not say so");

  HeapTraitsBuilder() {}

  HeapTraitsBuilder(HeapTraits traits) {
    contiguous = traits.contiguous();
    addressBits = traits.addressBits();
    alignmentBytes = traits.alignmentBytes();
    maxSizeBytes = traits.maxSizeBytes();
    capacityBytes = traits.capacityBytes();
    cached = traits.cached();
    cpuReach = traits.cpuReach();
    deviceAccess = traits.deviceAccess();
    speed = traits.speed();
    granuleBytes = traits.granuleBytes();
    lowestAddress = traits.lowestAddress();
    coherency = traits.coherency();
    secure = traits.secure();
    deviceLocal = traits.deviceLocal();
    numaNode = traits.numaNode();
    modelled = traits.modelled();
  }

  /**
   * See {@link HeapTraits#contiguous()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder contiguous(Trait<Boolean> trait) {
    contiguous = Objects.requireNonNull(trait, "contiguous");
    return this;
  }

  /**
   * See {@link HeapTraits#addressBits()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder addressBits(Trait<Integer> trait) {
    addressBits = Objects.requireNonNull(trait, "addressBits");
    return this;
  }

  /**
   * See {@link HeapTraits#alignmentBytes()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder alignmentBytes(Trait<Long> trait) {
    alignmentBytes = Objects.requireNonNull(trait, "alignmentBytes");
    return this;
  }

  /**
   * See {@link HeapTraits#maxSizeBytes()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder maxSizeBytes(Trait<Long> trait) {
    maxSizeBytes = Objects.requireNonNull(trait, "maxSizeBytes");
    return this;
  }

  /**
   * See {@link HeapTraits#capacityBytes()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder capacityBytes(Trait<Long> trait) {
    capacityBytes = Objects.requireNonNull(trait, "capacityBytes");
    return this;
  }

  /**
   * See {@link HeapTraits#cached()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder cached(Trait<Boolean> trait) {
    cached = Objects.requireNonNull(trait, "cached");
    return this;
  }

  /**
   * See {@link HeapTraits#cpuReach()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder cpuReach(Trait<Boolean> trait) {
    cpuReach = Objects.requireNonNull(trait, "cpuReach");
    return this;
  }

  /**
   * See {@link HeapTraits#deviceAccess()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder deviceAccess(Trait<Boolean> trait) {
    deviceAccess = Objects.requireNonNull(trait, "deviceAccess");
    return this;
  }

  /**
   * See {@link HeapTraits#speed()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder speed(Trait<MemorySpeed> trait) {
    speed = Objects.requireNonNull(trait, "speed");
    return this;
  }

  /**
   * See {@link HeapTraits#granuleBytes()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder granuleBytes(Trait<Long> trait) {
    granuleBytes = Objects.requireNonNull(trait, "granuleBytes");
    return this;
  }

  /**
   * See {@link HeapTraits#lowestAddress()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder lowestAddress(Trait<Long> trait) {
    lowestAddress = Objects.requireNonNull(trait, "lowestAddress");
    return this;
  }

  /**
   * See {@link HeapTraits#coherency()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder coherency(Trait<Set<Coherency>> trait) {
    coherency = Objects.requireNonNull(trait, "coherency");
    return this;
  }

  /**
   * See {@link HeapTraits#secure()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder secure(Trait<Boolean> trait) {
    secure = Objects.requireNonNull(trait, "secure");
    return this;
  }

  /**
   * See {@link HeapTraits#deviceLocal()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder deviceLocal(Trait<String> trait) {
    deviceLocal = Objects.requireNonNull(trait, "deviceLocal");
    return this;
  }

  /**
   * See {@link HeapTraits#numaNode()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder numaNode(Trait<Integer> trait) {
    numaNode = Objects.requireNonNull(trait, "numaNode");
    return this;
  }

  /**
   * See {@link HeapTraits#modelled()}.
   *
   * @param trait the value, and how it is known
   * @return this builder
   */
  public HeapTraitsBuilder modelled(Trait<Boolean> trait) {
    modelled = Objects.requireNonNull(trait, "modelled");
    return this;
  }

  /**
   * Builds the traits.
   *
   * @return the traits
   */
  @CheckReturnValue
  public HeapTraits build() {
    return new HeapTraits(this);
  }
}
