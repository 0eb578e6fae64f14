package dev.dmabroker.internal.placement;

import dev.dmabroker.internal.layout.Rules;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Holds what one or more devices require of a buffer together, against the heaps of one broker.
 * {@link #and} is associative and commutative, and idempotent in all but the counts, which add up
 * per device; so devices may be added one by one, in any order. A demand is immutable.
 */
public final class Demand {
  /** A bit is set for each heap that all devices reach. */
  private final long[] heaps;

  /** The largest buffer, for each way in which memory falls into pieces. */
  private final long[] limits;

  private final long minSizeBytes;

  /** The alignment of the first byte, a power of two. */
  private final long alignmentBytes;

  /** The largest picture that all devices take. */
  private final long maxPictureBytes;

  private final int coherency;

  /** The rules of each storage form; null where some device does not take that form. */
  private final @Nullable Rules[] rules;

  private final BufferCounts counts;

  Demand(
      long[] heaps,
      long[] limits,
      long minSizeBytes,
      long alignmentBytes,
      long maxPictureBytes,
      int coherency,
      @Nullable Rules[] rules,
      BufferCounts counts) {
    this.heaps = heaps;
    this.limits = limits;
    this.minSizeBytes = minSizeBytes;
    this.alignmentBytes = alignmentBytes;
    this.maxPictureBytes = maxPictureBytes;
    this.coherency = coherency;
    this.rules = rules;
    this.counts = counts;
  }

  /** Returns what both require; this object itself if the other demand adds nothing. */
  @SuppressWarnings("ReferenceEquality") // Unchanged parts stay one object.
  public Demand and(Demand other) {
    long[] bothHeaps = common(heaps, other.heaps);
    long[] bothLimits = smallest(limits, other.limits);
    @Nullable Rules[] bothRules = combined(rules, other.rules);
    long bothMinSize = Math.max(minSizeBytes, other.minSizeBytes);
    long bothAlignment = Math.max(alignmentBytes, other.alignmentBytes);
    long bothMaxPicture = Math.min(maxPictureBytes, other.maxPictureBytes);
    int bothCoherency = coherency & other.coherency;
    BufferCounts bothCounts = counts.and(other.counts);
    boolean same =
        bothHeaps == heaps
            && bothLimits == limits
            && bothRules == rules
            && bothMinSize == minSizeBytes
            && bothAlignment == alignmentBytes
            && bothMaxPicture == maxPictureBytes
            && bothCoherency == coherency
            && bothCounts == counts;
    return same
        ? this
        : new Demand(
            bothHeaps,
            bothLimits,
            bothMinSize,
            bothAlignment,
            bothMaxPicture,
            bothCoherency,
            bothRules,
            bothCounts);
  }

  /** Returns the heaps of both; the first array itself if the other has all of its heaps. */
  private static long[] common(long[] heaps, long[] others) {
    long[] both = heaps;
    for (int i = 0; i < heaps.length; i++) {
      long word = heaps[i] & others[i];
      if (word != heaps[i]) {
        both = both == heaps ? heaps.clone() : both;
        both[i] = word;
      }
    }
    return both;
  }

  /**
   * Returns the smaller of each two limits; the first array itself if the others are no smaller.
   */
  private static long[] smallest(long[] limits, long[] others) {
    long[] both = limits;
    for (int i = 0; i < limits.length; i++) {
      if (others[i] < limits[i]) {
        both = both == limits ? limits.clone() : both;
        both[i] = others[i];
      }
    }
    return both;
  }

  /** Returns the rules of both for each form; the first array itself if the others add nothing. */
  @SuppressWarnings("ReferenceEquality") // Unchanged parts stay one object.
  private static @Nullable Rules[] combined(@Nullable Rules[] rules, @Nullable Rules[] others) {
    @Nullable Rules[] both = rules;
    for (int i = 0; i < rules.length; i++) {
      Rules one = rules[i];
      Rules other = others[i];
      Rules all = one == null || other == null ? null : one.and(other);
      if (all != one) {
        both = both == rules ? rules.clone() : both;
        both[i] = all;
      }
    }
    return both;
  }

  /** Tells whether there is a way left to store the buffer. */
  boolean isStorable() {
    for (Rules its : rules) {
      if (its != null) {
        return true;
      }
    }
    return false;
  }

  /** Returns a bit for each heap that all devices reach. */
  long[] heaps() {
    return heaps;
  }

  /** Returns the largest buffer in memory that falls into pieces like this. */
  long limit(int pieces) {
    return limits[pieces];
  }

  long minSizeBytes() {
    return minSizeBytes;
  }

  long alignmentBytes() {
    return alignmentBytes;
  }

  long maxPictureBytes() {
    return maxPictureBytes;
  }

  int coherency() {
    return coherency;
  }

  @Nullable Rules rules(int form) {
    return rules[form];
  }

  BufferCounts counts() {
    return counts;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Demand other
        && Arrays.equals(heaps, other.heaps)
        && Arrays.equals(limits, other.limits)
        && minSizeBytes == other.minSizeBytes
        && alignmentBytes == other.alignmentBytes
        && maxPictureBytes == other.maxPictureBytes
        && coherency == other.coherency
        && Arrays.equals(rules, other.rules)
        && counts.equals(other.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(heaps) * 31 + Arrays.hashCode(rules);
  }
}
