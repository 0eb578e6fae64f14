package dev.dmabroker.spec;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Maps;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The constraints of a device: what memory it can reach, and how pictures have to lie in it.
 * Immutable. The default of each field asks for nothing, with four exceptions that a device has to
 * widen itself: by default a device takes memory only that drivers {@linkplain
 * ConstraintsBuilder#cpuOnly import}, memory that is coherent through the CPU's caches or main
 * memory, no memory that lies in another device, and {@linkplain ImageConstraints linear} pictures
 * only.
 *
 * <p>Fields that are set directly are required. A heap for which a required property is not known
 * counts as lacking it, because a wrong guess shows up as a failed import or as a device that
 * overwrites other memory. Fields that are {@linkplain ConstraintsBuilder#prefer preferred} only
 * make a place cost more.
 */
@CheckReturnValue
public final class Constraints {
  static final ImmutableSet<Coherency> COHERENT =
      Sets.immutableEnumSet(Coherency.CPU, Coherency.RAM);

  /** The fields that ask for something by default; a value that is set may ask for nothing. */
  private static final ImmutableSet<ConstraintField> WIDENED =
      Sets.immutableEnumSet(
          ConstraintField.DEVICE_ACCESS, ConstraintField.COHERENCY, ConstraintField.PEER_TO_PEER);

  private static final Constraints NONE = builder().build();

  static {
    ConstraintParts.install();
  }

  private final ImmutableMap<ConstraintField, Object> values;
  private final ImmutableList<ImageConstraints> images;
  private final ImmutableSet<Usage> usages;
  private final ImmutableList<Preference> preferences;

  /**
   * Fields that a device prefers; each is preferred by itself.
   *
   * @param weight the cost of each field that is not met, 1 to {@value
   *     ConstraintsBuilder#MAX_WEIGHT}
   * @param wishes the fields that are preferred
   */
  public record Preference(int weight, Constraints wishes) {}

  Constraints(
      Map<ConstraintField, Object> values,
      ImmutableList<ImageConstraints> images,
      ImmutableSet<Usage> usages,
      ImmutableList<Preference> preferences) {
    this.values = Maps.immutableEnumMap(values);
    this.images = images;
    this.usages = usages;
    this.preferences = preferences;
  }

  /**
   * {@return constraints of which none is set} They still ask for the four defaults of this class,
   * which not every memory meets: memory that no driver imports does not, nor does protected
   * memory.
   */
  public static Constraints none() {
    return NONE;
  }

  /** {@return a builder in which no field is set} */
  public static ConstraintsBuilder builder() {
    return new ConstraintsBuilder();
  }

  /**
   * {@return a builder that has the fields of these constraints} Each field may be set anew;
   * entries for pictures, usages and preferences are added to those that are there.
   */
  public ConstraintsBuilder toBuilder() {
    return new ConstraintsBuilder(this);
  }

  /** {@return whether the memory has to be one physically contiguous range} */
  public boolean contiguous() {
    return get(ConstraintField.CONTIGUOUS, false);
  }

  /** {@return whether the CPU has to be able to map the memory} */
  public boolean cpuReach() {
    return get(ConstraintField.CPU_REACH, false);
  }

  /**
   * {@return whether only the CPU uses the memory} If not, the memory has to be a dma-buf, which
   * drivers can import.
   */
  public boolean cpuOnly() {
    return !get(ConstraintField.DEVICE_ACCESS, true);
  }

  /** {@return width of the addresses that the device can put out, in bits, 1 to 64} */
  public int addressBits() {
    return get(ConstraintField.ADDRESS_BITS, 64);
  }

  /**
   * {@return ranges of addresses, one of which has to hold all of the memory; empty if any address
   * will do}
   */
  public List<AddressRange> addressRanges() {
    return get(ConstraintField.ADDRESS_RANGES, ImmutableList.of());
  }

  /** {@return alignment of the buffer's first byte, in bytes, a power of two} */
  public long alignmentBytes() {
    return get(ConstraintField.ALIGNMENT, 1L);
  }

  /**
   * {@return the smallest buffer that the device takes, in bytes; smaller ones are allocated at
   * this size}
   */
  public long minSizeBytes() {
    return get(ConstraintField.MIN_SIZE, 1L);
  }

  /** {@return the largest buffer that the device takes, in bytes} */
  public long maxSizeBytes() {
    return get(ConstraintField.MAX_SIZE, Long.MAX_VALUE);
  }

  /**
   * {@return the most contiguous pieces that the device takes, like {@code sg_tablesize} in the
   * kernel}
   */
  public int maxSegments() {
    return get(ConstraintField.MAX_SEGMENTS, Integer.MAX_VALUE);
  }

  /** {@return the longest piece, in bytes, like {@code dma_set_max_seg_size} in the kernel} */
  public long maxSegmentBytes() {
    return get(ConstraintField.MAX_SEGMENT_SIZE, Long.MAX_VALUE);
  }

  /**
   * {@return a number of bytes; no piece crosses a multiple of it, like {@code
   * dma_set_seg_boundary} in the kernel} {@code Long.MAX_VALUE} if there is no boundary.
   */
  public long segmentBoundaryBytes() {
    return get(ConstraintField.SEGMENT_BOUNDARY, Long.MAX_VALUE);
  }

  /** {@return the coherency domains that the device supports; CPU and RAM unless declared} */
  public Set<Coherency> coherency() {
    return get(ConstraintField.COHERENCY, COHERENT);
  }

  /** {@return whether the memory has to be protected} */
  public boolean secure() {
    return get(ConstraintField.SECURE, false);
  }

  /** {@return whether the device reaches memory that lies in another device} */
  public boolean peerToPeer() {
    return get(ConstraintField.PEER_TO_PEER, false);
  }

  /**
   * {@return the only heaps that the device reaches, by name or alias; empty if the device reaches
   * all}
   */
  public Optional<Set<String>> permittedHeaps() {
    return Optional.ofNullable(names(ConstraintField.PERMITTED_HEAPS));
  }

  /** {@return the heaps, by name or alias, that the device does not reach} */
  public Set<String> forbiddenHeaps() {
    return get(ConstraintField.FORBIDDEN_HEAPS, ImmutableSortedSet.of());
  }

  /** {@return the only types of heaps that the device reaches; empty if the device reaches all} */
  public Optional<Set<String>> permittedHeapTypes() {
    return Optional.ofNullable(names(ConstraintField.PERMITTED_HEAP_TYPES));
  }

  /** {@return the types of heaps that the device does not reach} */
  public Set<String> forbiddenHeapTypes() {
    return get(ConstraintField.FORBIDDEN_HEAP_TYPES, ImmutableSortedSet.of());
  }

  /** {@return whether the device needs the CPU's mapping to be cached} */
  public Caching caching() {
    return get(ConstraintField.CACHING, Caching.ANY);
  }

  /** {@return the NUMA node at which the memory has to lie; empty if any node will do} */
  public OptionalInt numaNode() {
    Integer node = (Integer) values.get(ConstraintField.NUMA_NODE);
    return node == null ? OptionalInt.empty() : OptionalInt.of(node);
  }

  /** {@return the least speed of the memory} */
  public MemorySpeed speed() {
    return get(ConstraintField.SPEED, MemorySpeed.SLOW);
  }

  /**
   * {@return the only formats of compressed video that the device takes; empty if all are taken}
   */
  public Optional<Set<CompressedFormat>> compressedFormats() {
    @SuppressWarnings("unchecked") // The setter has the field's type.
    Set<CompressedFormat> formats =
        (Set<CompressedFormat>) values.get(ConstraintField.COMPRESSED_FORMATS);
    return Optional.ofNullable(formats);
  }

  /**
   * {@return a number of bytes, of which each plane's stride has to be a multiple, in pictures of
   * any format; at least 1}
   */
  public long strideAlignmentBytes() {
    return get(ConstraintField.STRIDE_ALIGNMENT, 1L);
  }

  /**
   * {@return the demands on pictures, by format; empty if linear pictures of any format will do}
   */
  public List<ImageConstraints> images() {
    return images;
  }

  /** {@return what the device does with buffers} */
  public Set<Usage> usages() {
    return usages;
  }

  /**
   * The demands on the number of buffers.
   *
   * @return a value for each field that counts buffers and is set
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

  /** {@return the preferences, without those that come from the usages} */
  public List<Preference> preferences() {
    return preferences;
  }

  /** {@return the required fields that ask for something} The four defaults are among them. */
  public Set<ConstraintField> fields() {
    EnumSet<ConstraintField> fields = EnumSet.noneOf(ConstraintField.class);
    fields.addAll(values.keySet());
    images.forEach(image -> fields.addAll(image.asked()));
    if (images.isEmpty()) {
      fields.add(ConstraintField.MODIFIERS);
    }
    fields.removeAll(WIDENED);
    if (!cpuOnly()) {
      fields.add(ConstraintField.DEVICE_ACCESS);
    }
    if (!coherency().containsAll(EnumSet.allOf(Coherency.class))) {
      fields.add(ConstraintField.COHERENCY);
    }
    if (!peerToPeer()) {
      fields.add(ConstraintField.PEER_TO_PEER);
    }
    return Collections.unmodifiableSet(fields);
  }

  /** The fields of memory and counts that were set to a value that asks for something. */
  ImmutableMap<ConstraintField, Object> values() {
    return values;
  }

  private <T> T get(ConstraintField field, T otherwise) {
    Object value = values.get(field);
    if (value == null) {
      return otherwise;
    }
    @SuppressWarnings("unchecked") // Each setter of the builder has its field's type.
    T typed = (T) value;
    return typed;
  }

  private static String text(ConstraintField field, Object value) {
    if (field == ConstraintField.DEVICE_ACCESS && value.equals(false)) {
      return "cpuOnly";
    }
    return value.equals(true) ? field.label() : field.label() + "=" + value;
  }

  private @Nullable ImmutableSortedSet<String> names(ConstraintField field) {
    @SuppressWarnings("unchecked") // The setters have the fields' types.
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

  /** The fields that ask for something, for example {@code contiguous, addressBits=32}. */
  @Override
  public String toString() {
    List<String> texts = new ArrayList<>();
    values.forEach((field, value) -> texts.add(text(field, value)));
    images.forEach(image -> texts.add("image(" + image + ")"));
    if (!usages.isEmpty()) {
      texts.add("usage=" + usages);
    }
    preferences.forEach(each -> texts.add("prefer " + each.weight() + ": (" + each.wishes() + ")"));
    return texts.isEmpty() ? "none" : String.join(", ", texts);
  }
}
