package dev.dmabroker.spec;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Collects the constraints of a device. Each field may be set once. Not thread-safe. */
public final class ConstraintsBuilder extends NumberFields {
  /** The largest weight of a preference. */
  public static final int MAX_WEIGHT = 1_000_000;

  private final List<ImageConstraints> images = new ArrayList<>();
  private final Set<Usage> usages = EnumSet.noneOf(Usage.class);
  private final List<Constraints.Preference> preferences = new ArrayList<>();

  ConstraintsBuilder() {
    super(Map.of());
  }

  ConstraintsBuilder(Constraints template) {
    super(template.values());
    images.addAll(template.images());
    usages.addAll(template.usages());
    preferences.addAll(template.preferences());
  }

  @Override
  ConstraintsBuilder self() {
    return this;
  }

  /**
   * Asks for one physically contiguous range.
   *
   * @return this builder
   */
  public ConstraintsBuilder contiguous() {
    return set(ConstraintField.CONTIGUOUS, true);
  }

  /**
   * Asks for memory that the CPU can map.
   *
   * @return this builder
   */
  public ConstraintsBuilder cpuReach() {
    return set(ConstraintField.CPU_REACH, true);
  }

  /**
   * Says that only the CPU uses the memory, be it code of the application or a driver that takes
   * the address of a CPU view: no driver imports the memory, so it need not be a dma-buf. It has to
   * be in the {@linkplain #cpuReach reach} of the CPU instead. Without this call the memory is a
   * dma-buf, which drivers can import.
   *
   * @return this builder
   */
  public ConstraintsBuilder cpuOnly() {
    return set(ConstraintField.DEVICE_ACCESS, false);
  }

  /**
   * Asks for memory that lies completely in one of these ranges.
   *
   * @param ranges the ranges
   * @return this builder
   * @throws InvalidConstraintException if there is no range
   */
  public ConstraintsBuilder addressRanges(AddressRange... ranges) {
    if (ranges.length == 0) {
      throw FieldChecks.invalid(
          ConstraintField.ADDRESS_RANGES, "names no range; leave it out to permit all addresses");
    }
    return set(ConstraintField.ADDRESS_RANGES, ImmutableList.copyOf(ranges));
  }

  /**
   * Sets the coherency domains that the device supports, instead of CPU and RAM.
   *
   * @param domains the domains that the device supports
   * @return this builder
   * @throws InvalidConstraintException if there is no domain
   */
  public ConstraintsBuilder coherency(Coherency... domains) {
    if (domains.length == 0) {
      throw FieldChecks.invalid(
          ConstraintField.COHERENCY, "names no domain, so no memory could ever be used");
    }
    return set(
        ConstraintField.COHERENCY,
        Sets.immutableEnumSet(Arrays.asList(domains)),
        Constraints.COHERENT);
  }

  /**
   * Asks for protected memory; the device has to support {@link Coherency#INACCESSIBLE}.
   *
   * @return this builder
   */
  public ConstraintsBuilder secure() {
    return set(ConstraintField.SECURE, true);
  }

  /**
   * Says that the device reaches memory that lies in another device.
   *
   * @return this builder
   */
  public ConstraintsBuilder peerToPeer() {
    return set(ConstraintField.PEER_TO_PEER, true);
  }

  /**
   * Names the only heaps that the device reaches, by name or alias.
   *
   * @param names the names, or aliases, of heaps
   * @return this builder
   * @throws InvalidConstraintException if none is named, or a name is blank
   */
  public ConstraintsBuilder permittedHeaps(String... names) {
    return permitted(ConstraintField.PERMITTED_HEAPS, names);
  }

  /**
   * Names heaps that the device does not reach, by name or alias.
   *
   * @param names the names, or aliases, of heaps
   * @return this builder
   * @throws InvalidConstraintException if a name is blank
   */
  public ConstraintsBuilder forbiddenHeaps(String... names) {
    return set(
        ConstraintField.FORBIDDEN_HEAPS,
        FieldChecks.heapNames(ConstraintField.FORBIDDEN_HEAPS, names),
        ImmutableSortedSet.of());
  }

  /**
   * Names the only types of heaps that the device reaches, for example {@code dma-heap}.
   *
   * @param types the types of heaps
   * @return this builder
   * @throws InvalidConstraintException if none is named, or a name is blank
   */
  public ConstraintsBuilder permittedHeapTypes(String... types) {
    return permitted(ConstraintField.PERMITTED_HEAP_TYPES, types);
  }

  /**
   * Names the only formats of compressed video that the device takes. Bytes of which no format is
   * said, and pictures, are not concerned.
   *
   * @param formats the formats
   * @return this builder
   * @throws InvalidConstraintException if none is named
   */
  public ConstraintsBuilder compressedFormats(CompressedFormat... formats) {
    if (formats.length == 0) {
      throw FieldChecks.invalid(
          ConstraintField.COMPRESSED_FORMATS, "names no format; leave it out to take all");
    }
    return set(ConstraintField.COMPRESSED_FORMATS, Sets.immutableEnumSet(Arrays.asList(formats)));
  }

  /**
   * Names types of heaps that the device does not reach.
   *
   * @param types the types of heaps
   * @return this builder
   * @throws InvalidConstraintException if a name is blank
   */
  public ConstraintsBuilder forbiddenHeapTypes(String... types) {
    return set(
        ConstraintField.FORBIDDEN_HEAP_TYPES,
        FieldChecks.heapNames(ConstraintField.FORBIDDEN_HEAP_TYPES, types),
        ImmutableSortedSet.of());
  }

  /**
   * Asks for memory that the CPU caches, or that it does not.
   *
   * @param caching whether the CPU is to cache the memory
   * @return this builder
   */
  public ConstraintsBuilder caching(Caching caching) {
    return set(ConstraintField.CACHING, Objects.requireNonNull(caching, "caching"), Caching.ANY);
  }

  /**
   * Asks for memory that has at least this speed.
   *
   * @param atLeast the least speed
   * @return this builder
   */
  public ConstraintsBuilder speed(MemorySpeed atLeast) {
    return set(ConstraintField.SPEED, Objects.requireNonNull(atLeast, "atLeast"), MemorySpeed.SLOW);
  }

  /**
   * Adds the demands on pictures of some formats. A device that has entries of this kind takes only
   * pictures that one of them covers.
   *
   * @param image what the device asks of pictures
   * @return this builder
   * @throws InvalidConstraintException if two entries have a pair of format and modifier in common
   */
  public ConstraintsBuilder image(ImageConstraints image) {
    for (ImageConstraints other : images) {
      if (image.overlaps(other)) {
        throw new InvalidConstraintException(
            "two entries cover the same format and modifier: (" + other + ") and (" + image + ")",
            ConstraintField.FORMATS,
            ConstraintField.MODIFIERS);
      }
    }
    images.add(image);
    return this;
  }

  /**
   * Adds the demands that the builder has collected; see {@link #image(ImageConstraints)}.
   *
   * @param image what the device asks of pictures
   * @return this builder
   */
  public ConstraintsBuilder image(ImageConstraintsBuilder image) {
    return image(image.build());
  }

  /**
   * Says what the device does with buffers. Each usage adds preferences.
   *
   * @param usages what the device does
   * @return this builder
   */
  public ConstraintsBuilder usage(Usage... usages) {
    this.usages.addAll(Arrays.asList(usages));
    return this;
  }

  /**
   * Prefers fields instead of requiring them: each field that a place does not meet makes the place
   * cost {@code weight} more. A weight of 100 is the cost of one more access to ordinary memory,
   * and of each step down a list of alternatives ({@code DeviceSpec.alternatives}).
   *
   * @param weight what a field costs that is not met, 1 to 1,000
   * @param wishes the fields that are preferred
   * @return this builder
   * @throws InvalidConstraintException unless the weight is 1 to {@value #MAX_WEIGHT}, or if the
   *     wishes count buffers, are {@link #cpuOnly}, have entries for several sets of formats, or
   *     have wishes themselves
   */
  public ConstraintsBuilder prefer(int weight, Constraints wishes) {
    FieldChecks.preference(weight, wishes);
    preferences.add(new Constraints.Preference(weight, wishes));
    return this;
  }

  /**
   * Builds the constraints.
   *
   * @return the constraints
   * @throws InvalidConstraintException if two fields contradict each other; the exception names
   *     both
   */
  @CheckReturnValue
  public Constraints build() {
    EnumMap<ConstraintField, Object> asked = new EnumMap<>(asking());
    if (asked.containsKey(ConstraintField.DEVICE_ACCESS)) {
      asked.put(ConstraintField.CPU_REACH, true); // Memory that only the CPU uses is in its reach.
    }
    Constraints built =
        new Constraints(
            asked,
            ImmutableList.copyOf(images),
            Sets.immutableEnumSet(usages),
            ImmutableList.copyOf(preferences));
    Contradictions.check(built);
    return built;
  }

  private ConstraintsBuilder permitted(ConstraintField field, String... names) {
    if (names.length == 0) {
      throw FieldChecks.invalid(
          field, "names no heap, so nothing could ever be allocated; leave it out to permit all");
    }
    return set(field, FieldChecks.heapNames(field, names));
  }
}
