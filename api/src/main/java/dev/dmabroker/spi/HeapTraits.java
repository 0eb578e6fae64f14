package dev.dmabroker.spi;

import com.google.common.collect.Sets;
import dev.dmabroker.spec.CheckReturnValue;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.MemorySpeed;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The traits of a heap's memory, as far as they are known. Each trait says how it is known. A trait
 * that is not known counts as lacking, except for the two limits of size: if they are not known, an
 * allocation is simply tried. Immutable.
 */
public final class HeapTraits {

  private final Trait<Boolean> contiguous;
  private final Trait<Integer> addressBits;
  private final Trait<Long> alignmentBytes;
  private final Trait<Long> maxSizeBytes;
  private final Trait<Long> capacityBytes;
  private final Trait<Boolean> cached;
  private final Trait<Boolean> cpuReach;
  private final Trait<Boolean> deviceAccess;
  private final Trait<MemorySpeed> speed;
  private final Trait<Long> granuleBytes;
  private final Trait<Long> lowestAddress;
  private final Trait<Set<Coherency>> coherency;
  private final Trait<Boolean> secure;
  private final Trait<String> deviceLocal;
  private final Trait<Integer> numaNode;
  private final Trait<Boolean> modelled;

  private HeapTraits(Builder builder) {
    contiguous = builder.contiguous;
    addressBits = builder.addressBits;
    alignmentBytes = builder.alignmentBytes;
    maxSizeBytes = builder.maxSizeBytes;
    capacityBytes = builder.capacityBytes;
    cached = builder.cached;
    cpuReach = builder.cpuReach;
    deviceAccess = builder.deviceAccess;
    speed = builder.speed;
    granuleBytes = builder.granuleBytes;
    lowestAddress = builder.lowestAddress;
    coherency = builder.coherency;
    secure = builder.secure;
    deviceLocal = builder.deviceLocal;
    numaNode = builder.numaNode;
    modelled = builder.modelled;
  }

  /**
   * {@return a builder in which nothing is known of the memory but what is so of all ordinary
   * memory: it is coherent with the CPU, of normal speed, not secure and not a model} Memory of a
   * card needs {@link Builder#coherency} and {@link Builder#speed}.
   */
  @CheckReturnValue
  public static Builder builder() {
    return new Builder();
  }

  /** {@return a builder that has these traits} */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** {@return whether every allocation is one physically contiguous range} */
  public Trait<Boolean> contiguous() {
    return contiguous;
  }

  /**
   * {@return the width of the memory's addresses: all memory lies below 2 to the power of this
   * number}
   */
  public Trait<Integer> addressBits() {
    return addressBits;
  }

  /**
   * {@return the alignment in bytes: the physical (or bus) address of an allocation's first byte is
   * a multiple of this}
   */
  public Trait<Long> alignmentBytes() {
    return alignmentBytes;
  }

  /** {@return the size in bytes of the largest single allocation} */
  public Trait<Long> maxSizeBytes() {
    return maxSizeBytes;
  }

  /** {@return the bytes that the heap can give at one time in all} */
  public Trait<Long> capacityBytes() {
    return capacityBytes;
  }

  /** {@return whether the CPU's mappings are cached} */
  public Trait<Boolean> cached() {
    return cached;
  }

  /** {@return whether the CPU can map the memory} */
  public Trait<Boolean> cpuReach() {
    return cpuReach;
  }

  /** {@return whether the memory is a dma-buf, which drivers can import} */
  public Trait<Boolean> deviceAccess() {
    return deviceAccess;
  }

  /** {@return how fast the memory is to use} */
  public Trait<MemorySpeed> speed() {
    return speed;
  }

  /**
   * {@return the size in bytes of the whole pieces that memory comes in, each contiguous and
   * aligned to it: the page size, or the size of huge pages} Sizes are rounded up to it.
   */
  public Trait<Long> granuleBytes() {
    return granuleBytes;
  }

  /** {@return the lowest physical address: no memory lies below it} */
  public Trait<Long> lowestAddress() {
    return lowestAddress;
  }

  /** {@return the coherency domains that the memory can be used in} */
  public Trait<Set<Coherency>> coherency() {
    return coherency;
  }

  /** {@return whether the memory is protected from the CPU} */
  public Trait<Boolean> secure() {
    return secure;
  }

  /** {@return the device in which the memory lies; not known for main memory} */
  public Trait<String> deviceLocal() {
    return deviceLocal;
  }

  /** {@return the NUMA node at which the memory lies} */
  public Trait<Integer> numaNode() {
    return numaNode;
  }

  /**
   * {@return whether the memory is a model, for tests and for machines that lack the memory: other
   * traits say what the model stands for, and no driver imports the memory whatever they say}
   */
  public Trait<Boolean> modelled() {
    return modelled;
  }

  /** {@return every trait by name, in a fixed order, for a person to read} */
  public Map<String, Trait<?>> all() {
    Map<String, Trait<?>> all = new LinkedHashMap<>();
    all.put("contiguous", contiguous);
    all.put("addressBits", addressBits);
    all.put("alignmentBytes", alignmentBytes);
    all.put("maxSizeBytes", maxSizeBytes);
    all.put("capacityBytes", capacityBytes);
    all.put("cached", cached);
    all.put("cpuReach", cpuReach);
    all.put("deviceAccess", deviceAccess);
    all.put("speed", speed);
    all.put("granuleBytes", granuleBytes);
    all.put("lowestAddress", lowestAddress);
    all.put("coherency", coherency);
    all.put("secure", secure);
    all.put("deviceLocal", deviceLocal);
    all.put("numaNode", numaNode);
    all.put("modelled", modelled);
    return all;
  }

  @Override
  public String toString() {
    return all().toString();
  }

  /** Collects traits; the last one of a name counts. Not thread-safe. */
  public static final class Builder {
    private static final String NOT_PROBED = "not probed";
    private static final String ORDINARY = "ordinary memory";

    private Trait<Boolean> contiguous = Trait.unknown(NOT_PROBED);
    private Trait<Integer> addressBits = Trait.unknown(NOT_PROBED);
    private Trait<Long> alignmentBytes = Trait.unknown(NOT_PROBED);
    private Trait<Long> maxSizeBytes = Trait.unknown(NOT_PROBED);
    private Trait<Long> capacityBytes = Trait.unknown(NOT_PROBED);
    private Trait<Boolean> cached = Trait.unknown(NOT_PROBED);
    private Trait<Boolean> cpuReach = Trait.unknown(NOT_PROBED);
    private Trait<Boolean> deviceAccess = Trait.unknown(NOT_PROBED);
    private Trait<MemorySpeed> speed = Trait.assumed(MemorySpeed.NORMAL, ORDINARY);
    private Trait<Long> granuleBytes = Trait.unknown(NOT_PROBED);
    private Trait<Long> lowestAddress = Trait.unknown(NOT_PROBED);
    private Trait<Set<Coherency>> coherency =
        Trait.assumed(Sets.immutableEnumSet(Coherency.CPU, Coherency.RAM), ORDINARY);
    private Trait<Boolean> secure = Trait.assumed(false, ORDINARY);
    private Trait<String> deviceLocal = Trait.unknown("main memory");
    private Trait<Integer> numaNode = Trait.unknown(NOT_PROBED);
    private Trait<Boolean> modelled = Trait.assumed(false, "the heap does not say so");

    private Builder() {}

    private Builder(HeapTraits traits) {
      contiguous = traits.contiguous;
      addressBits = traits.addressBits;
      alignmentBytes = traits.alignmentBytes;
      maxSizeBytes = traits.maxSizeBytes;
      capacityBytes = traits.capacityBytes;
      cached = traits.cached;
      cpuReach = traits.cpuReach;
      deviceAccess = traits.deviceAccess;
      speed = traits.speed;
      granuleBytes = traits.granuleBytes;
      lowestAddress = traits.lowestAddress;
      coherency = traits.coherency;
      secure = traits.secure;
      deviceLocal = traits.deviceLocal;
      numaNode = traits.numaNode;
      modelled = traits.modelled;
    }

    /**
     * See {@link HeapTraits#contiguous()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder contiguous(Trait<Boolean> trait) {
      contiguous = Objects.requireNonNull(trait, "contiguous");
      return this;
    }

    /**
     * See {@link HeapTraits#addressBits()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder addressBits(Trait<Integer> trait) {
      addressBits = Objects.requireNonNull(trait, "addressBits");
      return this;
    }

    /**
     * See {@link HeapTraits#alignmentBytes()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder alignmentBytes(Trait<Long> trait) {
      alignmentBytes = Objects.requireNonNull(trait, "alignmentBytes");
      return this;
    }

    /**
     * See {@link HeapTraits#maxSizeBytes()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder maxSizeBytes(Trait<Long> trait) {
      maxSizeBytes = Objects.requireNonNull(trait, "maxSizeBytes");
      return this;
    }

    /**
     * See {@link HeapTraits#capacityBytes()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder capacityBytes(Trait<Long> trait) {
      capacityBytes = Objects.requireNonNull(trait, "capacityBytes");
      return this;
    }

    /**
     * See {@link HeapTraits#cached()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder cached(Trait<Boolean> trait) {
      cached = Objects.requireNonNull(trait, "cached");
      return this;
    }

    /**
     * See {@link HeapTraits#cpuReach()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder cpuReach(Trait<Boolean> trait) {
      cpuReach = Objects.requireNonNull(trait, "cpuReach");
      return this;
    }

    /**
     * See {@link HeapTraits#deviceAccess()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder deviceAccess(Trait<Boolean> trait) {
      deviceAccess = Objects.requireNonNull(trait, "deviceAccess");
      return this;
    }

    /**
     * See {@link HeapTraits#speed()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder speed(Trait<MemorySpeed> trait) {
      speed = Objects.requireNonNull(trait, "speed");
      return this;
    }

    /**
     * See {@link HeapTraits#granuleBytes()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder granuleBytes(Trait<Long> trait) {
      granuleBytes = Objects.requireNonNull(trait, "granuleBytes");
      return this;
    }

    /**
     * See {@link HeapTraits#lowestAddress()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder lowestAddress(Trait<Long> trait) {
      lowestAddress = Objects.requireNonNull(trait, "lowestAddress");
      return this;
    }

    /**
     * See {@link HeapTraits#coherency()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder coherency(Trait<Set<Coherency>> trait) {
      coherency = Objects.requireNonNull(trait, "coherency");
      return this;
    }

    /**
     * See {@link HeapTraits#secure()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder secure(Trait<Boolean> trait) {
      secure = Objects.requireNonNull(trait, "secure");
      return this;
    }

    /**
     * See {@link HeapTraits#deviceLocal()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder deviceLocal(Trait<String> trait) {
      deviceLocal = Objects.requireNonNull(trait, "deviceLocal");
      return this;
    }

    /**
     * See {@link HeapTraits#numaNode()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder numaNode(Trait<Integer> trait) {
      numaNode = Objects.requireNonNull(trait, "numaNode");
      return this;
    }

    /**
     * See {@link HeapTraits#modelled()}.
     *
     * @param trait the value, and how it is known
     * @return this builder
     */
    public Builder modelled(Trait<Boolean> trait) {
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
}
