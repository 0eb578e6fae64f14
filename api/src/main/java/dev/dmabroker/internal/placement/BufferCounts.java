package dev.dmabroker.internal.placement;

import dev.dmabroker.spec.ConstraintField;
import java.util.Map;

/**
 * How many buffers there have to be.
 *
 * @param held camping and dedicated slack: they add up
 * @param shared shared slack: the largest
 * @param fewest the largest minimum
 * @param most the smallest maximum
 */
public record BufferCounts(long held, long shared, long fewest, long most) {
  public static final BufferCounts NONE = new BufferCounts(0, 0, 1, Long.MAX_VALUE);

  public static BufferCounts of(Map<ConstraintField, Integer> counts) {
    return counts.isEmpty()
        ? NONE
        : new BufferCounts(
            counts.getOrDefault(ConstraintField.CAMPING, 0)
                + (long) counts.getOrDefault(ConstraintField.DEDICATED_SLACK, 0),
            counts.getOrDefault(ConstraintField.SHARED_SLACK, 0),
            counts.getOrDefault(ConstraintField.MIN_COUNT, 1),
            counts.containsKey(ConstraintField.MAX_COUNT)
                ? counts.get(ConstraintField.MAX_COUNT)
                : Long.MAX_VALUE);
  }

  @SuppressWarnings("ReferenceEquality") // Most devices do not count: that one object.
  public BufferCounts and(BufferCounts other) {
    if (other == NONE) {
      return this;
    }
    return this == NONE
        ? other
        : new BufferCounts(
            Math.addExact(held, other.held),
            Math.max(shared, other.shared),
            Math.max(fewest, other.fewest),
            Math.min(most, other.most));
  }

  /** The fewest buffers that are enough for all. */
  public long count() {
    return Math.max(fewest, held + shared);
  }

  public boolean isPossible() {
    return count() <= most;
  }
}
