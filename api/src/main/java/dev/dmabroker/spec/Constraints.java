package dev.dmabroker.spec;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Maps;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What memory a device can reach, and how pictures have to lie in it. Immutable; each field's
 * default asks for nothing, with three exceptions that a device has to widen by itself: it takes
 * {@linkplain ImageConstraints linear} pictures, coherent through the CPU's caches or main memory,
 * in memory that lies in no other device.
 *
 * <p>What is asked directly is required: a heap of which a required property is not known counts as
 * lacking it, because a wrong guess shows up as a failed import or as a device that scribbles over
 * other memory. What is {@linkplain Builder#prefer preferred} only makes a place cost more.
 */
public final class Constraints {
  private static final ImmutableSet<Coherency> COHERENT =
      Sets.immutableEnumSet(Coherency.CPU, Coherency.RAM);
  private static final Constraints NONE = builder().build();

  private final ImmutableMap<ConstraintField, Object> values;
  private final ImmutableList<ImageConstraints> images;
  private final ImmutableSet<Usage> usages;
  private final ImmutableList<Preference> preferences;

  /**
   * Fields that are preferred, each by itself.
   *
   * @param weight what each costs that is not met, 1 to {@value Builder#MAX_WEIGHT}
   * @param wishes the fields
   */
  public record Preference(int weight, Constraints wishes) {}

  private Constraints(
      Map<ConstraintField, Object> values,
      ImmutableList<ImageConstraints> images,
      ImmutableSet<Usage> usages,
      ImmutableList<Preference> preferences) {
    this.values = Maps.immutableEnumMap(values);
    this.images = images;
    this.usages = usages;
    this.preferences = preferences;
  }

  /** Constraints that any memory meets. */
  public static Constraints none() {
    return NONE;
  }

  /** A builder whose fields all ask for nothing. */
  public static Builder builder() {
    return new Builder();
  }

  /** Whether the memory has to be one physically contiguous range. */
  public boolean contiguous() {
    return get(ConstraintField.CONTIGUOUS, false);
  }

  /** Whether the CPU has to be able to map the memory. */
  public boolean cpuReach() {
    return get(ConstraintField.CPU_REACH, false);
  }

  /** Whether the memory has to be a dma-buf that a device driver can import. */
  public boolean deviceAccess() {
    return get(ConstraintField.DEVICE_ACCESS, false);
  }

  /** Width of the addresses that the device can put out, 1 to 64. */
  public int addressBits() {
    return get(ConstraintField.ADDRESS_BITS, 64);
  }

  /** Ranges of addresses of which one has to hold all of the memory; empty if any will do. */
  public List<AddressRange> addressRanges() {
    return get(ConstraintField.ADDRESS_RANGES, ImmutableList.of());
  }

  /** Alignment of the buffer's first byte, a power of two. */
  public long alignmentBytes() {
    return get(ConstraintField.ALIGNMENT, 1L);
  }

  /** The smallest buffer that the device takes; smaller ones are allocated at this size. */
  public long minSizeBytes() {
    return get(ConstraintField.MIN_SIZE, 1L);
  }

  /** The largest buffer that the device takes. */
  public long maxSizeBytes() {
    return get(ConstraintField.MAX_SIZE, Long.MAX_VALUE);
  }

  /** The most contiguous pieces that the device takes, as {@code sg_tablesize} in the kernel. */
  public int maxSegments() {
    return get(ConstraintField.MAX_SEGMENTS, Integer.MAX_VALUE);
  }

  /** The longest piece, as {@code dma_set_max_seg_size} in the kernel. */
  public long maxSegmentBytes() {
    return get(ConstraintField.MAX_SEGMENT_SIZE, Long.MAX_VALUE);
  }

  /**
   * What no piece crosses a multiple of, as {@code dma_set_seg_boundary} in the kernel; {@code
   * Long.MAX_VALUE} if there is no such boundary.
   */
  public long segmentBoundaryBytes() {
    return get(ConstraintField.SEGMENT_BOUNDARY, Long.MAX_VALUE);
  }

  /** The coherency domains that the device supports; CPU and RAM unless declared. */
  public Set<Coherency> coherency() {
    return get(ConstraintField.COHERENCY, COHERENT);
  }

  /** Whether the memory has to be protected. */
  public boolean secure() {
    return get(ConstraintField.SECURE, false);
  }

  /** Whether the device reaches memory that lies in another device. */
  public boolean peerToPeer() {
    return get(ConstraintField.PEER_TO_PEER, false);
  }

  /** The heaps, by name or alias, outside of which the device reaches nothing; empty if all. */
  public Optional<Set<String>> permittedHeaps() {
    return Optional.ofNullable(names(ConstraintField.PERMITTED_HEAPS));
  }

  /** The heaps, by name or alias, that the device does not reach. */
  public Set<String> forbiddenHeaps() {
    return get(ConstraintField.FORBIDDEN_HEAPS, ImmutableSortedSet.of());
  }

  /** The types of heaps outside of which the device reaches nothing; empty if all. */
  public Optional<Set<String>> permittedHeapTypes() {
    return Optional.ofNullable(names(ConstraintField.PERMITTED_HEAP_TYPES));
  }

  /** The types of heaps that the device does not reach. */
  public Set<String> forbiddenHeapTypes() {
    return get(ConstraintField.FORBIDDEN_HEAP_TYPES, ImmutableSortedSet.of());
  }

  /** What the device asks of the CPU's caching. */
  public Caching caching() {
    return get(ConstraintField.CACHING, Caching.ANY);
  }

  /** The NUMA node that the memory has to lie at, if any. */
  public OptionalInt numaNode() {
    Integer node = (Integer) values.get(ConstraintField.NUMA_NODE);
    return node == null ? OptionalInt.empty() : OptionalInt.of(node);
  }

  /** How fast the memory has to be at least. */
  public MemorySpeed speed() {
    return get(ConstraintField.SPEED, MemorySpeed.SLOW);
  }

  /** What each plane's stride has to be a multiple of, of pictures of any format; at least 1. */
  public long strideAlignmentBytes() {
    return get(ConstraintField.STRIDE_ALIGNMENT, 1L);
  }

  /** What is asked of pictures, by format; empty if linear ones of any format will do. */
  public List<ImageConstraints> images() {
    return images;
  }

  /** What the device does with buffers. */
  public Set<Usage> usages() {
    return usages;
  }

  /**
   * How many buffers have to be there.
   *
   * @return a value for each field that counts and is set
   */
  public Map<ConstraintField, Integer> counts() {
    EnumMap<ConstraintField, Integer> counts = new EnumMap<>(ConstraintField.class);
    values.forEach(
        (field, value) -> {
          if (field.isCount()) {
            counts.put(field, (Integer) value);
          }
        });
    return Collections.unmodifiableMap(counts);
  }

  /** What is preferred, apart from what the usages prefer. */
  public List<Preference> preferences() {
    return preferences;
  }

  /**
   * Every preferred field by itself, those of the usages included. An entry for pictures prefers
   * its fields for pictures of its formats; one that has formats alone prefers those.
   */
  public List<Preference> wishes() {
    ImmutableList.Builder<Preference> wishes = ImmutableList.builder();
    preferences.forEach(each -> each.wishes().split(each.weight(), wishes));
    ImmutableList.Builder<Preference> used = ImmutableList.builder();
    usages.forEach(each -> each.wishes().split(Usage.WEIGHT, used));
    // What several usages prefer is preferred once.
    return wishes.addAll(ImmutableSet.copyOf(used.build())).build();
  }

  private void split(int weight, ImmutableList.Builder<Preference> wishes) {
    values.forEach(
        (field, value) ->
            wishes.add(new Preference(weight, wish(Map.of(field, value), List.of()))));
    for (ImageConstraints image : images) {
      Set<ConstraintField> declared = EnumSet.copyOf(image.declared());
      if (declared.size() > 1) {
        declared.remove(ConstraintField.FORMATS);
      }
      for (ConstraintField field : declared) {
        List<ImageConstraints> entries = new ArrayList<>(List.of(image.only(field)));
        if (field != ConstraintField.FORMATS && image.formats().isPresent()) {
          entries.add(ImageConstraints.anyFormat().anyModifier().build());
        }
        wishes.add(new Preference(weight, wish(Map.of(), entries)));
      }
    }
  }

  /** Constraints that ask for nothing else, the three defaults widened. */
  private static Constraints wish(
      Map<ConstraintField, Object> asked, List<ImageConstraints> images) {
    EnumMap<ConstraintField, Object> values = new EnumMap<>(ConstraintField.class);
    values.put(ConstraintField.COHERENCY, Sets.immutableEnumSet(EnumSet.allOf(Coherency.class)));
    values.put(ConstraintField.PEER_TO_PEER, true);
    values.putAll(asked);
    return new Constraints(
        values,
        images.isEmpty()
            ? ImmutableList.of(ImageConstraints.anyFormat().anyModifier().build())
            : ImmutableList.copyOf(images),
        ImmutableSet.of(),
        ImmutableList.of());
  }

  /** The required fields that ask for something, the three defaults included. */
  public Set<ConstraintField> fields() {
    EnumSet<ConstraintField> fields = EnumSet.noneOf(ConstraintField.class);
    fields.addAll(values.keySet());
    images.forEach(image -> fields.addAll(image.asked()));
    if (images.isEmpty()) {
      fields.add(ConstraintField.MODIFIERS);
    }
    if (coherency().containsAll(EnumSet.allOf(Coherency.class))) {
      fields.remove(ConstraintField.COHERENCY);
    } else {
      fields.add(ConstraintField.COHERENCY);
    }
    if (peerToPeer()) {
      fields.remove(ConstraintField.PEER_TO_PEER);
    } else {
      fields.add(ConstraintField.PEER_TO_PEER);
    }
    return Collections.unmodifiableSet(fields);
  }

  /**
   * The value of a required field, for a person to read; empty unless it is one of {@link #fields}.
   */
  public String text(ConstraintField field) {
    if (!fields().contains(field)) {
      return "";
    }
    switch (field) {
      case COHERENCY -> {
        return coherency().toString();
      }
      case PEER_TO_PEER -> {
        return "not declared";
      }
      default -> {
        Object value = values.get(field);
        List<String> texts = new ArrayList<>();
        if (value != null) {
          texts.add(value.toString());
        }
        images.stream()
            .filter(image -> image.asked().contains(field))
            .forEach(image -> texts.add(image.text(field)));
        return texts.isEmpty()
            ? "[LINEAR]"
            : texts.stream().distinct().collect(Collectors.joining(" or "));
      }
    }
  }

  /**
   * These constraints, and these heaps forbidden besides. They may name all that were permitted:
   * then no heap is left, which a plan says.
   */
  public Constraints forbidding(String... heaps) {
    if (heaps.length == 0) {
      return this;
    }
    EnumMap<ConstraintField, Object> more = new EnumMap<>(ConstraintField.class);
    more.putAll(values);
    more.put(
        ConstraintField.FORBIDDEN_HEAPS,
        ImmutableSortedSet.<String>naturalOrder().addAll(forbiddenHeaps()).add(heaps).build());
    return new Constraints(more, images, usages, preferences);
  }

  /**
   * What is required by one of {@link #fields} alone: any memory meets the rest. All fields one by
   * one are together what is required. The number of segments brings their size and boundary along,
   * which mean nothing without it.
   */
  public Constraints only(ConstraintField field) {
    EnumMap<ConstraintField, Object> kept = new EnumMap<>(ConstraintField.class);
    values.forEach(
        (each, value) -> {
          if (each == field || (field == ConstraintField.MAX_SEGMENTS && isOfSegments(each))) {
            kept.put(each, value);
          }
        });
    if (field == ConstraintField.COHERENCY) {
      kept.put(field, coherency());
    } else if (field == ConstraintField.PEER_TO_PEER) {
      kept.put(field, peerToPeer());
    }
    if (images.isEmpty() && field == ConstraintField.MODIFIERS) {
      return wish(kept, List.of(ImageConstraints.anyFormat().build()));
    }
    return wish(kept, field.isImage() ? entriesOf(field) : List.of());
  }

  private static boolean isOfSegments(ConstraintField field) {
    return field == ConstraintField.MAX_SEGMENT_SIZE || field == ConstraintField.SEGMENT_BOUNDARY;
  }

  /** The first entry that covers a picture counts, so what asks for less comes later. */
  private List<ImageConstraints> entriesOf(ConstraintField field) {
    Set<ImageConstraints> entries = new LinkedHashSet<>();
    if (field != ConstraintField.FORMATS) {
      images.forEach(image -> entries.add(image.keeping(field, /* withModifiers= */ true)));
    }
    if (field != ConstraintField.MODIFIERS) {
      images.forEach(image -> entries.add(image.keeping(field, /* withModifiers= */ false)));
    }
    if (field != ConstraintField.FORMATS
        && (field != ConstraintField.MODIFIERS
            || images.stream().allMatch(image -> image.formats().isPresent()))) {
      entries.add(ImageConstraints.anyFormat().anyModifier().build());
    }
    return List.copyOf(entries);
  }

  private <T> T get(ConstraintField field, T otherwise) {
    Object value = values.get(field);
    if (value == null) {
      return otherwise;
    }
    @SuppressWarnings("unchecked") // The builder's setters give each field its type.
    T typed = (T) value;
    return typed;
  }

  private @Nullable ImmutableSortedSet<String> names(ConstraintField field) {
    @SuppressWarnings("unchecked") // As above.
    ImmutableSortedSet<String> names = (ImmutableSortedSet<String>) values.get(field);
    return names;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Constraints other
        && values.equals(other.values)
        && images.equals(other.images)
        && usages.equals(other.usages)
        && preferences.equals(other.preferences);
  }

  @Override
  public int hashCode() {
    return Objects.hash(values, images, usages, preferences);
  }

  /** What is asked, such as {@code contiguous, addressBits=32}. */
  @Override
  public String toString() {
    List<String> texts = new ArrayList<>();
    values.forEach(
        (field, value) ->
            texts.add(value.equals(true) ? field.label() : field.label() + "=" + value));
    images.forEach(image -> texts.add("image(" + image + ")"));
    if (!usages.isEmpty()) {
      texts.add("usage=" + usages);
    }
    preferences.forEach(each -> texts.add("prefer " + each.weight() + ": (" + each.wishes() + ")"));
    return texts.isEmpty() ? "none" : String.join(", ", texts);
  }

  /** Collects constraints. Not thread-safe. Each field may be set once. */
  public static final class Builder {
    /** The largest weight of a preference. */
    public static final int MAX_WEIGHT = 1_000_000;

    private static final int MAX_COUNT = 1 << 20;

    private final EnumMap<ConstraintField, Object> values = new EnumMap<>(ConstraintField.class);

    /** Fields that were set to what asks for nothing. */
    private final Set<ConstraintField> neutral = EnumSet.noneOf(ConstraintField.class);

    private final List<ImageConstraints> images = new ArrayList<>();
    private final Set<Usage> usages = EnumSet.noneOf(Usage.class);
    private final List<Preference> preferences = new ArrayList<>();

    private Builder() {}

    /** Asks for one physically contiguous range. */
    public Builder contiguous() {
      return set(ConstraintField.CONTIGUOUS, true);
    }

    /** Asks for memory that the CPU can map. */
    public Builder cpuReach() {
      return set(ConstraintField.CPU_REACH, true);
    }

    /** Asks for a dma-buf that a device driver can import. */
    public Builder deviceAccess() {
      return set(ConstraintField.DEVICE_ACCESS, true);
    }

    /**
     * Asks for addresses below 2^{@code bits}.
     *
     * @throws InvalidConstraintException unless 1 &lt;= bits &lt;= 64
     */
    public Builder addressBits(int bits) {
      if (bits < 1 || bits > 64) {
        throw invalid(ConstraintField.ADDRESS_BITS, "must be 1 to 64, is " + bits);
      }
      return set(ConstraintField.ADDRESS_BITS, bits, 64);
    }

    /**
     * Asks for memory that lies in one of these ranges as a whole.
     *
     * @throws InvalidConstraintException if there is none
     */
    public Builder addressRanges(AddressRange... ranges) {
      if (ranges.length == 0) {
        throw invalid(
            ConstraintField.ADDRESS_RANGES, "names no range; leave it out to permit all addresses");
      }
      return set(ConstraintField.ADDRESS_RANGES, ImmutableList.copyOf(ranges));
    }

    /**
     * Asks for a first byte at a multiple of {@code bytes}.
     *
     * @throws InvalidConstraintException if {@code bytes} is no power of two
     */
    public Builder alignment(long bytes) {
      return set(ConstraintField.ALIGNMENT, powerOfTwo(ConstraintField.ALIGNMENT, bytes), 1L);
    }

    /**
     * Asks for at least {@code bytes}, even if the contents are smaller.
     *
     * @throws InvalidConstraintException if {@code bytes} is less than 1
     */
    public Builder minSize(long bytes) {
      return set(ConstraintField.MIN_SIZE, positive(ConstraintField.MIN_SIZE, bytes), 1L);
    }

    /**
     * Asks for at most {@code bytes}.
     *
     * @throws InvalidConstraintException if {@code bytes} is less than 1
     */
    public Builder maxSize(long bytes) {
      return set(
          ConstraintField.MAX_SIZE, positive(ConstraintField.MAX_SIZE, bytes), Long.MAX_VALUE);
    }

    /**
     * Asks for at most so many contiguous pieces.
     *
     * @throws InvalidConstraintException if {@code segments} is less than 1
     */
    public Builder maxSegments(int segments) {
      positive(ConstraintField.MAX_SEGMENTS, segments);
      return set(ConstraintField.MAX_SEGMENTS, segments, Integer.MAX_VALUE);
    }

    /**
     * Longer pieces count as several.
     *
     * @throws InvalidConstraintException if {@code bytes} is less than 1
     */
    public Builder maxSegmentSize(long bytes) {
      return set(
          ConstraintField.MAX_SEGMENT_SIZE,
          positive(ConstraintField.MAX_SEGMENT_SIZE, bytes),
          Long.MAX_VALUE);
    }

    /**
     * A piece that crosses a multiple of {@code bytes} counts as several.
     *
     * @throws InvalidConstraintException if {@code bytes} is no power of two
     */
    public Builder segmentBoundary(long bytes) {
      return set(
          ConstraintField.SEGMENT_BOUNDARY,
          powerOfTwo(ConstraintField.SEGMENT_BOUNDARY, bytes),
          Long.MAX_VALUE);
    }

    /**
     * The coherency domains that the device supports, instead of CPU and RAM.
     *
     * @throws InvalidConstraintException if there is none
     */
    public Builder coherency(Coherency... domains) {
      if (domains.length == 0) {
        throw invalid(
            ConstraintField.COHERENCY, "names no domain, so no memory could ever be used");
      }
      return set(
          ConstraintField.COHERENCY, Sets.immutableEnumSet(Arrays.asList(domains)), COHERENT);
    }

    /** Asks for protected memory; the device has to support {@link Coherency#INACCESSIBLE}. */
    public Builder secure() {
      return set(ConstraintField.SECURE, true);
    }

    /** The device reaches memory that lies in another device. */
    public Builder peerToPeer() {
      return set(ConstraintField.PEER_TO_PEER, true);
    }

    /**
     * Names the only heaps that the device reaches, by name or alias.
     *
     * @throws InvalidConstraintException if none is named, or a name is blank
     */
    public Builder permittedHeaps(String... names) {
      return permitted(ConstraintField.PERMITTED_HEAPS, names);
    }

    /**
     * Names heaps that the device does not reach, by name or alias.
     *
     * @throws InvalidConstraintException if a name is blank
     */
    public Builder forbiddenHeaps(String... names) {
      return set(
          ConstraintField.FORBIDDEN_HEAPS,
          heapNames(ConstraintField.FORBIDDEN_HEAPS, names),
          ImmutableSortedSet.of());
    }

    /**
     * Names the only types of heaps that the device reaches, such as {@code dma-heap}.
     *
     * @throws InvalidConstraintException if none is named, or a name is blank
     */
    public Builder permittedHeapTypes(String... types) {
      return permitted(ConstraintField.PERMITTED_HEAP_TYPES, types);
    }

    /**
     * Names types of heaps that the device does not reach.
     *
     * @throws InvalidConstraintException if a name is blank
     */
    public Builder forbiddenHeapTypes(String... types) {
      return set(
          ConstraintField.FORBIDDEN_HEAP_TYPES,
          heapNames(ConstraintField.FORBIDDEN_HEAP_TYPES, types),
          ImmutableSortedSet.of());
    }

    /** Asks for memory that the CPU caches, or that it does not. */
    public Builder caching(Caching caching) {
      return set(ConstraintField.CACHING, Objects.requireNonNull(caching, "caching"), Caching.ANY);
    }

    /**
     * Asks for memory at a NUMA node.
     *
     * @throws InvalidConstraintException if negative
     */
    public Builder numaNode(int node) {
      if (node < 0) {
        throw invalid(ConstraintField.NUMA_NODE, "must be at least 0, is " + node);
      }
      return set(ConstraintField.NUMA_NODE, node);
    }

    /** Asks for memory that is at least so fast. */
    public Builder speed(MemorySpeed atLeast) {
      return set(
          ConstraintField.SPEED, Objects.requireNonNull(atLeast, "atLeast"), MemorySpeed.SLOW);
    }

    /**
     * Asks for strides that are multiples of {@code bytes}, in pictures of any format.
     *
     * @throws InvalidConstraintException if {@code bytes} is less than 1
     */
    public Builder strideAlignment(long bytes) {
      return set(
          ConstraintField.STRIDE_ALIGNMENT, positive(ConstraintField.STRIDE_ALIGNMENT, bytes), 1L);
    }

    /**
     * Adds what is asked of pictures of some formats. A device that has such entries takes no
     * pictures that none of them covers.
     *
     * @throws InvalidConstraintException if a format and modifier is in two entries
     */
    public Builder image(ImageConstraints image) {
      for (ImageConstraints other : images) {
        if (overlap(image, other)) {
          throw new InvalidConstraintException(
              "two entries cover the same format and modifier: (" + other + ") and (" + image + ")",
              ConstraintField.FORMATS,
              ConstraintField.MODIFIERS);
        }
      }
      images.add(image);
      return this;
    }

    /** {@link #image(ImageConstraints)} of what the builder has. */
    public Builder image(ImageConstraints.Builder image) {
      return image(image.build());
    }

    private static boolean overlap(ImageConstraints one, ImageConstraints other) {
      return one.formats().isPresent() == other.formats().isPresent()
          && meet(one.formats(), other.formats())
          && meet(one.modifiers(), other.modifiers());
    }

    private static <T> boolean meet(Optional<Set<T>> one, Optional<Set<T>> other) {
      return one.isEmpty() || other.isEmpty() || !Collections.disjoint(one.get(), other.get());
    }

    /** Says what the device does with buffers, which turns preferences on. */
    public Builder usage(Usage... usages) {
      this.usages.addAll(Arrays.asList(usages));
      return this;
    }

    /**
     * Buffers that the device may hold at once.
     *
     * @throws InvalidConstraintException unless 0 to 2^20
     */
    public Builder camping(int buffers) {
      return count(ConstraintField.CAMPING, buffers, 0);
    }

    /**
     * Buffers more that are for this device alone.
     *
     * @throws InvalidConstraintException unless 0 to 2^20
     */
    public Builder dedicatedSlack(int buffers) {
      return count(ConstraintField.DEDICATED_SLACK, buffers, 0);
    }

    /**
     * Buffers more that are for all devices.
     *
     * @throws InvalidConstraintException unless 0 to 2^20
     */
    public Builder sharedSlack(int buffers) {
      return count(ConstraintField.SHARED_SLACK, buffers, 0);
    }

    /**
     * The fewest buffers.
     *
     * @throws InvalidConstraintException unless 1 to 2^20
     */
    public Builder minCount(int buffers) {
      return count(ConstraintField.MIN_COUNT, buffers, 1);
    }

    /**
     * The most buffers.
     *
     * @throws InvalidConstraintException unless 1 to 2^20
     */
    public Builder maxCount(int buffers) {
      return count(ConstraintField.MAX_COUNT, buffers, 1);
    }

    /**
     * Prefers fields instead of requiring them: a place where one of them is not met costs {@code
     * weight} more, for each. A weight of 100 is what one more access to ordinary memory costs, and
     * what each step down a list of alternatives ({@code DeviceSpec.alternatives}) does.
     *
     * @throws InvalidConstraintException unless the weight is 1 to {@value #MAX_WEIGHT}, or if the
     *     wishes count buffers, have entries for several sets of formats, or have wishes themselves
     */
    public Builder prefer(int weight, Constraints wishes) {
      if (weight < 1 || weight > MAX_WEIGHT) {
        throw new InvalidConstraintException(
            "a preference's weight must be 1 to " + MAX_WEIGHT + ", is " + weight);
      }
      if (!wishes.counts().isEmpty()) {
        throw new InvalidConstraintException(
            "counts of buffers cannot be preferred: " + wishes,
            wishes.counts().keySet().toArray(ConstraintField[]::new));
      }
      if (!wishes.preferences.isEmpty() || !wishes.usages.isEmpty() || wishes.images.size() > 1) {
        throw new InvalidConstraintException(
            "a preference has fields, and at most one entry for pictures, but no usage and no"
                + " preference of its own: "
                + wishes);
      }
      preferences.add(new Preference(weight, wishes));
      return this;
    }

    /**
     * The constraints.
     *
     * @throws InvalidConstraintException if two fields contradict each other; it names both
     */
    public Constraints build() {
      Constraints built =
          new Constraints(
              values,
              ImmutableList.copyOf(images),
              Sets.immutableEnumSet(usages),
              ImmutableList.copyOf(preferences));
      Contradictions.check(built);
      return built;
    }

    private Builder permitted(ConstraintField field, String... names) {
      if (names.length == 0) {
        throw invalid(
            field, "names no heap, so nothing could ever be allocated; leave it out to permit all");
      }
      return set(field, heapNames(field, names));
    }

    private static ImmutableSortedSet<String> heapNames(ConstraintField field, String... names) {
      for (String name : names) {
        if (name.isBlank()) {
          throw invalid(field, "has a blank name");
        }
      }
      return ImmutableSortedSet.copyOf(names);
    }

    private Builder count(ConstraintField field, int buffers, int least) {
      if (buffers < least || buffers > MAX_COUNT) {
        throw invalid(field, "must be " + least + " to " + MAX_COUNT + ", is " + buffers);
      }
      return set(field, buffers);
    }

    private static long positive(ConstraintField field, long value) {
      if (value < 1) {
        throw invalid(field, "must be at least 1, is " + value);
      }
      return value;
    }

    private static long powerOfTwo(ConstraintField field, long value) {
      if (value < 1 || Long.bitCount(value) != 1) {
        throw invalid(field, "must be a power of two, is " + value);
      }
      return value;
    }

    private static InvalidConstraintException invalid(ConstraintField field, String what) {
      return new InvalidConstraintException(field + " " + what, field);
    }

    /** What asks for nothing is not kept, so that equal constraints are equal. */
    private <T> Builder set(ConstraintField field, T value, T nothing) {
      set(field, value);
      if (value.equals(nothing)) {
        values.remove(field);
        neutral.add(field);
      }
      return this;
    }

    private Builder set(ConstraintField field, Object value) {
      Object before = values.get(field);
      if (before != null || neutral.contains(field)) {
        throw new IllegalStateException(
            field + " is set already" + (before == null ? "" : ", to " + before));
      }
      values.put(field, value);
      return this;
    }
  }
}
