package dev.dmabroker.internal.placement;

import dev.dmabroker.spec.ConstraintField;
import java.util.Map;

/**
 * Tells how many buffers a pool has to have.
 *
 * @param held camping and dedicated slack, which add up over devices
 * @param shared shared slack, of which the largest counts
 * @param fewest the largest minimum
 * @param most the smallest maximum
 */
public record BufferCounts(long held, long shared, long fewest, long most) {
  /**
   * The most buffers that a set or a stream may have: far more than the 32 that a V4L2 queue takes
   * (VIDEO_MAX_FRAME), and as many descriptors as Linux lets a process have unless it asks for more
   * (ulimit -n).
   */
  public static final int MOST = 1024;

  /** The counts of a device that does not count buffers. */
  public static final BufferCounts NONE = new BufferCounts(0, 0, 1, Long.MAX_VALUE);

  /** Returns the counts of one device; a field that is not given asks nothing. */
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

  /** Returns the counts that both devices need together. */
  @SuppressWarnings("ReferenceEquality") // Most devices do not count: NONE is one object.
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

  /** Returns counts that ask no more than either of the two, field by field. */
  BufferCounts orLess(BufferCounts other) {
    return new BufferCounts(
        Math.min(held, other.held),
        Math.min(shared, other.shared),
        Math.min(fewest, other.fewest),
        Math.max(most, other.most));
  }

  /** Returns the fewest buffers that are enough for all devices. */
  public long count() {
    return Math.max(fewest, held + shared);
  }

  /** Tells whether {@link #count} is no more than the smallest maximum. */
  public boolean isPossible() {
    return count() <= most;
  }
}
