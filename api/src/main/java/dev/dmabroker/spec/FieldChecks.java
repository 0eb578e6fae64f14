package dev.dmabroker.spec;

import com.google.common.collect.ImmutableSortedSet;

/** Checks the value of one field of constraints, without looking at the other fields. */
final class FieldChecks {
  private static final int MAX_COUNT = 1 << 20;

  private FieldChecks() {}

  /** Returns the value if it is at least 1. */
  static long positive(ConstraintField field, long value) {
    if (value < 1) {
      throw invalid(field, "must be at least 1, is " + value);
    }
    return value;
  }

  /** Returns the value if it is a power of two. */
  static long powerOfTwo(ConstraintField field, long value) {
    if (value < 1 || Long.bitCount(value) != 1) {
      throw invalid(field, "must be a power of two, is " + value);
    }
    return value;
  }

  /** Returns the number of buffers if it is at least the least and not too large to be meant. */
  static int count(ConstraintField field, int buffers, int least) {
    if (buffers < least || buffers > MAX_COUNT) {
      throw invalid(field, "must be " + least + " to " + MAX_COUNT + ", is " + buffers);
    }
    return buffers;
  }

  /** Returns the names as a set if none of them is blank. */
  static ImmutableSortedSet<String> heapNames(ConstraintField field, String... names) {
    for (String name : names) {
      if (name.isBlank()) {
        throw invalid(field, "has a blank name");
      }
    }
    return ImmutableSortedSet.copyOf(names);
  }

  /** Checks a preference: its weight, and the fields that it may prefer. */
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
    if (wishes.cpuOnly()) {
      throw new InvalidConstraintException(
          "cpuOnly says what uses the memory, which cannot be preferred: " + wishes,
          ConstraintField.DEVICE_ACCESS);
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

  /** Makes an exception that names the field. */
  static InvalidConstraintException invalid(ConstraintField field, String what) {
    return new InvalidConstraintException(field + " " + what, field);
  }
}
