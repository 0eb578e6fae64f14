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
 * What memory a device can reach, and how pictures have to lie in it. Immutable; each field's
 * default asks for nothing, with three exceptions that a device has to widen by itself: it takes
 * {@linkplain ImageConstraints linear} pictures, coherent through the CPU's caches or main memory,
 * in memory that lies in no other device.
 *
 * <p>What is asked directly is required: a heap of which a required property is not known counts as
 * lacking it, because a wrong guess shows up as a failed import or as a device that scribbles over
 * other memory. What is {@linkplain ConstraintsBuilder#prefer preferred} only makes a place cost
 * more.
 */
public final class Constraints {
  static final ImmutableSet<Coherency> COHERENT =
      Sets.immutableEnumSet(Coherency.CPU, Coherency.RAM);
  private static final Constraints NONE = builder().build();

  static {
    ConstraintParts.install();
  }

  private final ImmutableMap<ConstraintField, Object> values;
  private final ImmutableList<ImageConstraints> images;
  private final ImmutableSet<Usage> usages;
  private final ImmutableList<Preference> preferences;

  /**
   * Fields that are preferred, each by itself.
   *
   * @param weight what each costs that is not met, 1 to {@value ConstraintsBuilder#MAX_WEIGHT}
   * @param wishes the fields
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

  /** Constraints that any memory meets. */
  public static Constraints none() {
    return NONE;
  }

  /** A builder whose fields all ask for nothing. */
  public static ConstraintsBuilder builder() {
    return new ConstraintsBuilder();
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

  /** The fields of memory and counts that were set to what asks for something. */
  ImmutableMap<ConstraintField, Object> values() {
    return values;
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
}
