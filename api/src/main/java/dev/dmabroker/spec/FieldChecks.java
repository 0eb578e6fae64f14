package dev.dmabroker.spec;

import com.google.common.collect.ImmutableSortedSet;

/** Checks the value of one field of constraints, whatever the other fields ask. */
final class FieldChecks {
  private static final int MAX_COUNT = 1 << 20;

  private FieldChecks() {}

  static long positive(ConstraintField field, long value) {
    if (value < 1) {
      throw invalid(field, "must be at least 1, is " + value);
    }
    return value;
  }

  static long powerOfTwo(ConstraintField field, long value) {
    if (value < 1 || Long.bitCount(value) != 1) {
      throw invalid(field, "must be a power of two, is " + value);
    }
    return value;
  }

  static int count(ConstraintField field, int buffers, int least) {
    if (buffers < least || buffers > MAX_COUNT) {
      throw invalid(field, "must be " + least + " to " + MAX_COUNT + ", is " + buffers);
    }
    return buffers;
  }

  static ImmutableSortedSet<String> heapNames(ConstraintField field, String... names) {
    for (String name : names) {
      if (name.isBlank()) {
        throw invalid(field, "has a blank name");
      }
    }
    return ImmutableSortedSet.copyOf(names);
  }

  /** Checks a preference of so much weight. */
  static void preference(int weight, Constraints wishes) {
    if (weight < 1 || weight > ConstraintsBuilder.MAX_WEIGHT) {
      throw new InvalidConstraintException(
          "a preference's weight must be 1 to " + ConstraintsBuilder.MAX_WEIGHT + ", is " + weight);
    }
    if (!wishes.counts().isEmpty()) {
      throw new InvalidConstraintException(
          "counts of buffers cannot be preferred: " + wishes,
          wishes.counts().keySet().toArray(ConstraintField[]::new));
    }
    if (!wishes.preferences().isEmpty()
        || !wishes.usages().isEmpty()
        || wishes.images().size() > 1) {
      throw new InvalidConstraintException(
          "a preference has fields, and at most one entry for pictures, but no usage and no"
              + " preference of its own: "
              + wishes);
    }
  }

  static InvalidConstraintException invalid(ConstraintField field, String what) {
    return new InvalidConstraintException(field + " " + what, field);
  }
}
