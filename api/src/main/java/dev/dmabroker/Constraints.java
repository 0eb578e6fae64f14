package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What memory a device can reach. Immutable; each field's default asks for nothing.
 *
 * <p>Every constraint here is hard: a heap of which a required property is not known counts as
 * lacking it, because a wrong guess shows up as a failed import or as a device that scribbles over
 * other memory.
 */
public final class Constraints {

  private static final Constraints NONE = builder().build();

  private final boolean contiguous;
  private final boolean cpuReach;
  private final boolean deviceAccess;
  private final int addressBits;
  private final long alignmentBytes;
  private final long strideAlignmentBytes;
  private final long minSizeBytes;
  private final long maxSizeBytes;
  private final Caching caching;
  private final @Nullable ImmutableSortedSet<String> permittedHeaps;
  private final ImmutableSortedSet<String> forbiddenHeaps;

  /** Each field that asks for something, with its value: what is equal here is equal. */
  private final ImmutableList<String> asked;

  private Constraints(Builder builder) {
    contiguous = builder.contiguous != null;
    cpuReach = builder.cpuReach != null;
    deviceAccess = builder.deviceAccess != null;
    addressBits = builder.addressBits == null ? 64 : builder.addressBits;
    alignmentBytes = orElse(builder.alignmentBytes, 1);
    strideAlignmentBytes = orElse(builder.strideAlignmentBytes, 1);
    minSizeBytes = orElse(builder.minSizeBytes, 1);
    maxSizeBytes = orElse(builder.maxSizeBytes, Long.MAX_VALUE);
    caching = builder.caching == null ? Caching.ANY : builder.caching;
    permittedHeaps = builder.permittedHeaps;
    forbiddenHeaps =
        builder.forbiddenHeaps == null ? ImmutableSortedSet.of() : builder.forbiddenHeaps;
    asked = describe();
  }

  private static long orElse(@Nullable Long value, long otherwise) {
    return value == null ? otherwise : value;
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
    return contiguous;
  }

  /** Whether the CPU has to be able to map the memory. */
  public boolean cpuReach() {
    return cpuReach;
  }

  /** Whether the memory has to be a dma-buf that a device driver can import. */
  public boolean deviceAccess() {
    return deviceAccess;
  }

  /** Width of the addresses that the device can put out, 1 to 64. */
  public int addressBits() {
    return addressBits;
  }

  /** Alignment of the buffer's first byte, a power of two. */
  public long alignmentBytes() {
    return alignmentBytes;
  }

  /** What each plane's stride has to be a multiple of, at least 1. */
  public long strideAlignmentBytes() {
    return strideAlignmentBytes;
  }

  /** The smallest buffer that the device takes; smaller ones are allocated at this size. */
  public long minSizeBytes() {
    return minSizeBytes;
  }

  /** The largest buffer that the device takes. */
  public long maxSizeBytes() {
    return maxSizeBytes;
  }

  /** What the device asks of the CPU's caching. */
  public Caching caching() {
    return caching;
  }

  /** The heaps, by name or alias, outside of which the device reaches nothing; empty if all. */
  public Optional<Set<String>> permittedHeaps() {
    return Optional.ofNullable(permittedHeaps);
  }

  /** The heaps, by name or alias, that the device does not reach. */
  public Set<String> forbiddenHeaps() {
    return forbiddenHeaps;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Constraints other && asked.equals(other.asked);
  }

  @Override
  public int hashCode() {
    return asked.hashCode();
  }

  /** The fields that ask for something, such as {@code contiguous, addressBits=32}. */
  @Override
  public String toString() {
    return asked.isEmpty() ? "none" : String.join(", ", asked);
  }

  private ImmutableList<String> describe() {
    ImmutableList.Builder<String> fields = ImmutableList.builder();
    if (contiguous) {
      fields.add("contiguous");
    }
    if (cpuReach) {
      fields.add("cpuReach");
    }
    if (deviceAccess) {
      fields.add("deviceAccess");
    }
    if (addressBits < 64) {
      fields.add("addressBits=" + addressBits);
    }
    if (alignmentBytes > 1) {
      fields.add("alignmentBytes=" + alignmentBytes);
    }
    if (strideAlignmentBytes > 1) {
      fields.add("strideAlignmentBytes=" + strideAlignmentBytes);
    }
    if (minSizeBytes > 1) {
      fields.add("minSizeBytes=" + minSizeBytes);
    }
    if (maxSizeBytes < Long.MAX_VALUE) {
      fields.add("maxSizeBytes=" + maxSizeBytes);
    }
    if (caching != Caching.ANY) {
      fields.add("caching=" + caching);
    }
    if (permittedHeaps != null) {
      fields.add("permittedHeaps=" + permittedHeaps);
    }
    if (!forbiddenHeaps.isEmpty()) {
      fields.add("forbiddenHeaps=" + forbiddenHeaps);
    }
    return fields.build();
  }

  /** Collects constraints. Not thread-safe. Each field may be set once. */
  public static final class Builder {
    private @Nullable Boolean contiguous;
    private @Nullable Boolean cpuReach;
    private @Nullable Boolean deviceAccess;
    private @Nullable Integer addressBits;
    private @Nullable Long alignmentBytes;
    private @Nullable Long strideAlignmentBytes;
    private @Nullable Long minSizeBytes;
    private @Nullable Long maxSizeBytes;
    private @Nullable Caching caching;
    private @Nullable ImmutableSortedSet<String> permittedHeaps;
    private @Nullable ImmutableSortedSet<String> forbiddenHeaps;

    private Builder() {}

    /** Asks for one physically contiguous range. */
    public Builder contiguous() {
      contiguous = once("contiguous", contiguous, true);
      return this;
    }

    /** Asks for memory that the CPU can map. */
    public Builder cpuReach() {
      cpuReach = once("cpuReach", cpuReach, true);
      return this;
    }

    /** Asks for a dma-buf that a device driver can import. */
    public Builder deviceAccess() {
      deviceAccess = once("deviceAccess", deviceAccess, true);
      return this;
    }

    /**
     * Asks for addresses below 2^{@code bits}.
     *
     * @throws IllegalArgumentException unless 1 &lt;= bits &lt;= 64
     */
    public Builder addressBits(int bits) {
      if (bits < 1 || bits > 64) {
        throw new IllegalArgumentException("addressBits must be 1 to 64, is " + bits);
      }
      addressBits = once("addressBits", addressBits, bits);
      return this;
    }

    /**
     * Asks for a first byte at a multiple of {@code bytes}.
     *
     * @throws IllegalArgumentException unless {@code bytes} is a power of two
     */
    public Builder alignment(long bytes) {
      if (bytes < 1 || Long.bitCount(bytes) != 1) {
        throw new IllegalArgumentException("alignment must be a power of two, is " + bytes);
      }
      alignmentBytes = once("alignment", alignmentBytes, bytes);
      return this;
    }

    /**
     * Asks for strides that are multiples of {@code bytes}.
     *
     * @throws IllegalArgumentException if {@code bytes} is less than 1
     */
    public Builder strideAlignment(long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("strideAlignment must be at least 1, is " + bytes);
      }
      strideAlignmentBytes = once("strideAlignment", strideAlignmentBytes, bytes);
      return this;
    }

    /**
     * Asks for at least {@code bytes}, even if the contents are smaller.
     *
     * @throws IllegalArgumentException if {@code bytes} is less than 1
     */
    public Builder minSize(long bytes) {
      minSizeBytes = once("minSize", minSizeBytes, positive("minSize", bytes));
      return this;
    }

    /**
     * Asks for at most {@code bytes}.
     *
     * @throws IllegalArgumentException if {@code bytes} is less than 1
     */
    public Builder maxSize(long bytes) {
      maxSizeBytes = once("maxSize", maxSizeBytes, positive("maxSize", bytes));
      return this;
    }

    /** Asks for memory that the CPU caches, or that it does not. */
    public Builder caching(Caching caching) {
      this.caching = once("caching", this.caching, Objects.requireNonNull(caching, "caching"));
      return this;
    }

    /**
     * Names the only heaps that the device reaches, by name or alias.
     *
     * @throws IllegalArgumentException if none is named, or a name is blank
     */
    public Builder permittedHeaps(String... names) {
      if (names.length == 0) {
        throw new IllegalArgumentException(
            "permittedHeaps names no heap, so nothing could ever be allocated; leave it out to"
                + " permit all");
      }
      permittedHeaps = once("permittedHeaps", permittedHeaps, heapNames("permittedHeaps", names));
      return this;
    }

    /**
     * Names heaps that the device does not reach, by name or alias.
     *
     * @throws IllegalArgumentException if a name is blank
     */
    public Builder forbiddenHeaps(String... names) {
      forbiddenHeaps = once("forbiddenHeaps", forbiddenHeaps, heapNames("forbiddenHeaps", names));
      return this;
    }

    private static ImmutableSortedSet<String> heapNames(String field, String... names) {
      for (String name : names) {
        if (name.isBlank()) {
          throw new IllegalArgumentException(field + " has a blank name");
        }
      }
      return ImmutableSortedSet.copyOf(names);
    }

    /**
     * The constraints.
     *
     * @throws IllegalArgumentException if two fields contradict each other; the text names both
     */
    public Constraints build() {
      if (minSizeBytes != null && maxSizeBytes != null && minSizeBytes > maxSizeBytes) {
        throw new IllegalArgumentException(
            "minSize " + minSizeBytes + " is over maxSize " + maxSizeBytes);
      }
      if (permittedHeaps != null
          && forbiddenHeaps != null
          && forbiddenHeaps.containsAll(permittedHeaps)) {
        throw new IllegalArgumentException(
            "permittedHeaps " + permittedHeaps + " are all in forbiddenHeaps " + forbiddenHeaps);
      }
      return new Constraints(this);
    }

    private static long positive(String field, long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException(field + " must be at least 1 byte, is " + bytes);
      }
      return bytes;
    }

    private static <T> T once(String field, @Nullable T before, T value) {
      if (before != null) {
        throw new IllegalStateException(field + " is set already, to " + before);
      }
      return value;
    }
  }
}
