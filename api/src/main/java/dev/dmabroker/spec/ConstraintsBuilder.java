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
public final class ConstraintsBuilder {
  /** The largest weight of a preference. */
  public static final int MAX_WEIGHT = 1_000_000;

  private final FieldValues values;
  private final List<ImageConstraints> images = new ArrayList<>();
  private final Set<Usage> usages = EnumSet.noneOf(Usage.class);
  private final List<Constraints.Preference> preferences = new ArrayList<>();

  ConstraintsBuilder() {
    values = new FieldValues(Map.of());
  }

  ConstraintsBuilder(Constraints template) {
    values = new FieldValues(template.values());
    images.addAll(template.images());
    usages.addAll(template.usages());
    preferences.addAll(template.preferences());
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
   * Asks for addresses below 2^{@code bits}.
   *
   * @param bits the width of an address
   * @return this builder
   * @throws InvalidConstraintException unless 1 &lt;= bits &lt;= 64
   */
  public ConstraintsBuilder addressBits(int bits) {
    if (bits < 1 || bits > 64) {
      throw FieldChecks.invalid(ConstraintField.ADDRESS_BITS, "must be 1 to 64, is " + bits);
    }
    return set(ConstraintField.ADDRESS_BITS, bits, 64);
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
   * Asks for memory with its first byte at a multiple of {@code bytes}.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is no power of two
   */
  public ConstraintsBuilder alignment(long bytes) {
    return set(
        ConstraintField.ALIGNMENT, FieldChecks.powerOfTwo(ConstraintField.ALIGNMENT, bytes), 1L);
  }

  /**
   * Asks for a buffer of at least {@code bytes}, even if the contents are smaller.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is less than 1
   */
  public ConstraintsBuilder minSize(long bytes) {
    return set(ConstraintField.MIN_SIZE, FieldChecks.positive(ConstraintField.MIN_SIZE, bytes), 1L);
  }

  /**
   * Asks for a buffer of at most {@code bytes}.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is less than 1
   */
  public ConstraintsBuilder maxSize(long bytes) {
    return set(
        ConstraintField.MAX_SIZE,
        FieldChecks.positive(ConstraintField.MAX_SIZE, bytes),
        Long.MAX_VALUE);
  }

  /**
   * Asks for memory in at most {@code segments} contiguous pieces.
   *
   * @param segments the number of pieces
   * @return this builder
   * @throws InvalidConstraintException if {@code segments} is less than 1
   */
  public ConstraintsBuilder maxSegments(int segments) {
    FieldChecks.positive(ConstraintField.MAX_SEGMENTS, segments);
    return set(ConstraintField.MAX_SEGMENTS, segments, Integer.MAX_VALUE);
  }

  /**
   * Sets the size in bytes of the longest piece; a longer piece counts as several.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is less than 1
   */
  public ConstraintsBuilder maxSegmentSize(long bytes) {
    return set(
        ConstraintField.MAX_SEGMENT_SIZE,
        FieldChecks.positive(ConstraintField.MAX_SEGMENT_SIZE, bytes),
        Long.MAX_VALUE);
  }

  /**
   * Sets a boundary: a piece that crosses a multiple of {@code bytes} counts as several.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is no power of two
   */
  public ConstraintsBuilder segmentBoundary(long bytes) {
    return set(
        ConstraintField.SEGMENT_BOUNDARY,
        FieldChecks.powerOfTwo(ConstraintField.SEGMENT_BOUNDARY, bytes),
        Long.MAX_VALUE);
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
   * Asks for memory at a NUMA node.
   *
   * @param node the number of the node
   * @return this builder
   * @throws InvalidConstraintException if the node is negative
   */
  public ConstraintsBuilder numaNode(int node) {
    if (node < 0) {
      throw FieldChecks.invalid(ConstraintField.NUMA_NODE, "must be at least 0, is " + node);
    }
    return set(ConstraintField.NUMA_NODE, node);
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
   * Asks for strides that are multiples of {@code bytes}, in every plane of pictures of any format.
   * What binds the first plane alone is {@link ImageConstraintsBuilder#firstStrideAlignment}.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is less than 1
   */
  public ConstraintsBuilder strideAlignment(long bytes) {
    return set(
        ConstraintField.STRIDE_ALIGNMENT,
        FieldChecks.positive(ConstraintField.STRIDE_ALIGNMENT, bytes),
        1L);
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
   * Sets the number of buffers that the device may hold at once.
   *
   * @param buffers the number of buffers
   * @return this builder
   * @throws InvalidConstraintException unless the number is 0 to 2^20
   */
  public ConstraintsBuilder camping(int buffers) {
    return count(ConstraintField.CAMPING, buffers, 0);
  }

  /**
   * Sets the number of further buffers that are for this device alone.
   *
   * @param buffers the number of buffers
   * @return this builder
   * @throws InvalidConstraintException unless the number is 0 to 2^20
   */
  public ConstraintsBuilder dedicatedSlack(int buffers) {
    return count(ConstraintField.DEDICATED_SLACK, buffers, 0);
  }

  /**
   * Sets the number of further buffers that all devices share.
   *
   * @param buffers the number of buffers
   * @return this builder
   * @throws InvalidConstraintException unless the number is 0 to 2^20
   */
  public ConstraintsBuilder sharedSlack(int buffers) {
    return count(ConstraintField.SHARED_SLACK, buffers, 0);
  }

  /**
   * Sets the fewest buffers that the device works with.
   *
   * @param buffers the number of buffers
   * @return this builder
   * @throws InvalidConstraintException unless the number is 1 to 2^20
   */
  public ConstraintsBuilder minCount(int buffers) {
    return count(ConstraintField.MIN_COUNT, buffers, 1);
  }

  /**
   * Sets the most buffers that the device works with.
   *
   * @param buffers the number of buffers
   * @return this builder
   * @throws InvalidConstraintException unless the number is 1 to 2^20
   */
  public ConstraintsBuilder maxCount(int buffers) {
    return count(ConstraintField.MAX_COUNT, buffers, 1);
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
    EnumMap<ConstraintField, Object> asked = new EnumMap<>(values.asking());
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

  private ConstraintsBuilder count(ConstraintField field, int buffers, int least) {
    return set(field, FieldChecks.count(field, buffers, least));
  }

  private <T> ConstraintsBuilder set(ConstraintField field, T value, T nothing) {
    values.set(field, value, nothing);
    return this;
  }

  private ConstraintsBuilder set(ConstraintField field, Object value) {
    values.set(field, value);
    return this;
  }
}
