package dev.dmabroker.spi;

import dev.dmabroker.spec.CheckReturnValue;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.MemorySpeed;
import java.util.LinkedHashMap;
import java.util.Map;
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

  HeapTraits(HeapTraitsBuilder builder) {
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
   * card needs {@link HeapTraitsBuilder#coherency} and {@link HeapTraitsBuilder#speed}.
   */
  @CheckReturnValue
  public static HeapTraitsBuilder builder() {
    return new HeapTraitsBuilder();
  }

  /** {@return a builder that has these traits} */
  public HeapTraitsBuilder toBuilder() {
    return new HeapTraitsBuilder(this);
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
}
