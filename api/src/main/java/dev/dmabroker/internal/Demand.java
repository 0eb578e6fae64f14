package dev.dmabroker.internal;

import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.HeapInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one or more devices require of a buffer together, against the heaps of one broker. {@link
 * #and} is associative and commutative, and idempotent in all but the counts, which add up per
 * device; so devices may be added one by one, in any order. Immutable.
 */
final class Demand {
  /** Bytes without structure are stored in one way, of which nobody asks anything. */
  private static final Rules[] BYTES = {Rules.NONE};

  /** A bit for each heap that all reach. */
  private final long[] heaps;

  /** For each way in which memory falls into pieces, the largest buffer. */
  private final long[] limits;

  private final long minSizeBytes;
  private final int coherency;

  /** For each candidate its rules; null where somebody takes no such picture. */
  private final @Nullable Rules[] rules;

  private final Counts counts;

  private Demand(
      long[] heaps,
      long[] limits,
      long minSizeBytes,
      int coherency,
      @Nullable Rules[] rules,
      Counts counts) {
    this.heaps = heaps;
    this.limits = limits;
    this.minSizeBytes = minSizeBytes;
    this.coherency = coherency;
    this.rules = rules;
    this.counts = counts;
  }

  /**
   * How many buffers there have to be.
   *
   * @param held camping and dedicated slack: they add up
   * @param shared shared slack: the largest
   * @param fewest the largest minimum
   * @param most the smallest maximum
   */
  record Counts(long held, long shared, long fewest, long most) {
    static final Counts NONE = new Counts(0, 0, 1, Long.MAX_VALUE);

    static Counts of(Map<ConstraintField, Integer> counts) {
      return counts.isEmpty()
          ? NONE
          : new Counts(
              counts.getOrDefault(ConstraintField.CAMPING, 0)
                  + (long) counts.getOrDefault(ConstraintField.DEDICATED_SLACK, 0),
              counts.getOrDefault(ConstraintField.SHARED_SLACK, 0),
              counts.getOrDefault(ConstraintField.MIN_COUNT, 1),
              counts.containsKey(ConstraintField.MAX_COUNT)
                  ? counts.get(ConstraintField.MAX_COUNT)
                  : Long.MAX_VALUE);
    }

    @SuppressWarnings("ReferenceEquality") // Most devices do not count: that one object.
    Counts and(Counts other) {
      if (other == NONE) {
        return this;
      }
      return this == NONE
          ? other
          : new Counts(
              Math.addExact(held, other.held),
              Math.max(shared, other.shared),
              Math.max(fewest, other.fewest),
              Math.min(most, other.most));
    }

    /** The fewest buffers that are enough for all. */
    long count() {
      return Math.max(fewest, held + shared);
    }

    boolean isPossible() {
      return count() <= most;
    }
  }

  /** The part of a device's demand that is the same for every buffer. */
  static final class Memory {
    private final long[] heaps;
    private final long[] limits;
    private final long minSizeBytes;
    private final int coherency;
    private final Counts counts;
    private final List<ImageConstraints> images;
    private final List<Rules> imageRules;
    private volatile @Nullable Last last;

    private record Last(Target target, Demand demand) {}

    /** Looks at every heap once, so that no plan has to. */
    Memory(HeapTable table, String device, Constraints constraints) {
      heaps = new long[table.words()];
      for (int i = 0; i < table.size(); i++) {
        HeapInfo heap = table.info(i);
        if (heap.unmet(device, constraints).isEmpty()) {
          heaps[i >>> 6] |= 1L << i;
        }
      }
      limits =
          table.pieces().stream()
              .mapToLong(
                  pieces ->
                      Math.min(
                          constraints.maxSizeBytes(),
                          pieces.largest(
                              constraints.maxSegments(),
                              constraints.maxSegmentBytes(),
                              constraints.segmentBoundaryBytes())))
              .toArray();
      minSizeBytes = constraints.minSizeBytes();
      coherency = HeapTable.bits(constraints.coherency());
      counts = Counts.of(constraints.counts());
      images =
          constraints.images().isEmpty()
              ? List.of(ImageConstraints.anyFormat().build())
              : constraints.images();
      imageRules = rules(constraints);
    }

    private List<Rules> rules(Constraints constraints) {
      if (constraints.images().isEmpty() && constraints.strideAlignmentBytes() == 1) {
        return List.of(Rules.NONE);
      }
      List<Rules> rules = new ArrayList<>();
      for (ImageConstraints image : images) {
        rules.add(Rules.of(image, constraints.strideAlignmentBytes()));
      }
      return rules;
    }

    /** The rules of the first entry that names the format, or if none does of one for any. */
    private @Nullable Rules rules(StorageForm candidate) {
      Rules otherwise = null;
      boolean named = false;
      for (int i = 0; i < imageRules.size(); i++) {
        ImageConstraints image = images.get(i);
        if (image.covers(candidate.format(), candidate.modifier())) {
          if (image.formats().isPresent()) {
            return imageRules.get(i);
          }
          otherwise = otherwise == null ? imageRules.get(i) : otherwise;
        }
        named |= image.formats().isPresent() && image.formats().get().contains(candidate.format());
      }
      return named ? null : otherwise;
    }

    int coherency() {
      return coherency;
    }

    boolean reaches(int heap) {
      return (heaps[heap >>> 6] & 1L << heap) != 0;
    }

    long limit(int pieces) {
      return limits[pieces];
    }

    /** Whether memory of that heap, so large and laid out like this, suits the device. */
    boolean suits(HeapTable table, int heap, Target target, Layout layout, long sizeBytes) {
      return reaches(heap)
          && sizeBytes <= limits[table.piecesOf(heap)]
          && (coherency & table.coherency(heap)) != 0
          && suitsStored(target, layout, sizeBytes);
    }

    /** The same, of how contents lie alone: whatever memory that is. */
    boolean suitsStored(Target target, Layout layout, long sizeBytes) {
      if (sizeBytes < minSizeBytes) {
        return false;
      }
      Picture picture = target.picture();
      if (picture == null || layout.image().isEmpty()) {
        return true;
      }
      Layout.Image image = layout.image().get();
      Rules its = rules(new StorageForm(image.format(), image.modifier(), 0));
      return its != null && LayoutCheck.accepts(its, picture, layout, sizeBytes);
    }

    /** What the device requires of such a buffer. Buffers come in series: the last is kept. */
    Demand of(Target target) {
      Last known = last;
      if (known == null || known.target() != target) {
        known = new Last(target, work(target));
        last = known;
      }
      return known.demand();
    }

    private Demand work(Target target) {
      if (!target.isImage()) {
        return new Demand(heaps, limits, minSizeBytes, coherency, BYTES, counts);
      }
      List<StorageForm> candidates = target.candidates();
      @Nullable Rules[] rules = new Rules[candidates.size()];
      for (int i = 0; i < rules.length; i++) {
        rules[i] = rules(candidates.get(i));
      }
      return new Demand(heaps, limits, minSizeBytes, coherency, rules, counts);
    }
  }

  /** What both require; this itself if the other adds nothing. */
  @SuppressWarnings("ReferenceEquality") // Unchanged parts are the same objects.
  Demand and(Demand other) {
    long[] bothHeaps = heaps;
    for (int i = 0; i < heaps.length; i++) {
      long word = heaps[i] & other.heaps[i];
      if (word != heaps[i]) {
        bothHeaps = bothHeaps == heaps ? heaps.clone() : bothHeaps;
        bothHeaps[i] = word;
      }
    }
    long[] bothLimits = limits;
    for (int i = 0; i < limits.length; i++) {
      if (other.limits[i] < limits[i]) {
        bothLimits = bothLimits == limits ? limits.clone() : bothLimits;
        bothLimits[i] = other.limits[i];
      }
    }
    @Nullable Rules[] bothRules = rules;
    for (int i = 0; i < rules.length; i++) {
      Rules its = rules[i];
      if (its == null) {
        continue;
      }
      Rules others = other.rules[i];
      Rules both = others == null ? null : its.and(others);
      if (both != its) {
        bothRules = bothRules == rules ? rules.clone() : bothRules;
        bothRules[i] = both;
      }
    }
    long bothMinSize = Math.max(minSizeBytes, other.minSizeBytes);
    int bothCoherency = coherency & other.coherency;
    Counts bothCounts = counts.and(other.counts);
    boolean same =
        bothHeaps == heaps
            && bothLimits == limits
            && bothRules == rules
            && bothMinSize == minSizeBytes
            && bothCoherency == coherency
            && bothCounts == counts;
    return same
        ? this
        : new Demand(bothHeaps, bothLimits, bothMinSize, bothCoherency, bothRules, bothCounts);
  }

  /** Whether there is a way left to store it. */
  boolean isStorable() {
    for (Rules its : rules) {
      if (its != null) {
        return true;
      }
    }
    return false;
  }

  /** A bit for each heap that all reach. */
  long[] heaps() {
    return heaps;
  }

  long limit(int pieces) {
    return limits[pieces];
  }

  long minSizeBytes() {
    return minSizeBytes;
  }

  int coherency() {
    return coherency;
  }

  @Nullable Rules rules(int candidate) {
    return rules[candidate];
  }

  Counts counts() {
    return counts;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Demand other
        && Arrays.equals(heaps, other.heaps)
        && Arrays.equals(limits, other.limits)
        && minSizeBytes == other.minSizeBytes
        && coherency == other.coherency
        && Arrays.equals(rules, other.rules)
        && counts.equals(other.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(heaps) * 31 + Arrays.hashCode(rules);
  }
}
