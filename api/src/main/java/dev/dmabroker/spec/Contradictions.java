package dev.dmabroker.spec;

import com.google.common.math.LongMath;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds two fields of one device that no memory could meet together. */
final class Contradictions {
  private Contradictions() {}

  /**
   * Returns if no two fields contradict each other.
   *
   * @throws InvalidConstraintException for the first two that do
   */
  static void check(Constraints of) {
    refuseIf(
        of.minSizeBytes() > of.maxSizeBytes(),
        "minSizeBytes " + of.minSizeBytes() + " is over maxSizeBytes " + of.maxSizeBytes(),
        ConstraintField.MIN_SIZE,
        ConstraintField.MAX_SIZE);
    names(
        of.permittedHeaps(),
        ConstraintField.PERMITTED_HEAPS,
        of.forbiddenHeaps(),
        ConstraintField.FORBIDDEN_HEAPS);
    names(
        of.permittedHeapTypes(),
        ConstraintField.PERMITTED_HEAP_TYPES,
        of.forbiddenHeapTypes(),
        ConstraintField.FORBIDDEN_HEAP_TYPES);
    secrecy(of);
    addresses(of);
    segments(of);
    counts(of.counts());
    of.images().forEach(image -> strides(of.strideAlignmentBytes(), image));
  }

  /**
   * Protected memory is out of the CPU's reach, so it contradicts fields that ask for memory in its
   * reach.
   */
  private static void secrecy(Constraints of) {
    refuseIf(
        of.secure() && !of.coherency().contains(Coherency.INACCESSIBLE),
        "secure memory is out of the CPU's reach, and coherency "
            + of.coherency()
            + " lacks INACCESSIBLE",
        ConstraintField.SECURE,
        ConstraintField.COHERENCY);
    refuseIf(
        of.secure() && of.cpuReach(),
        "secure memory is out of the CPU's reach, which cpuReach asks for",
        ConstraintField.SECURE,
        ConstraintField.CPU_REACH);
    refuseIf(
        of.cpuReach() && of.coherency().equals(Set.of(Coherency.INACCESSIBLE)),
        "cpuReach asks for memory in the CPU's reach, and coherency is INACCESSIBLE alone",
        ConstraintField.CPU_REACH,
        ConstraintField.COHERENCY);
  }

  /** A stride has to be a multiple of both alignments and still be at most the largest stride. */
  private static void strides(long all, ImageConstraints image) {
    long its = image.number(ConstraintField.STRIDE_ALIGNMENT);
    long least = image.number(ConstraintField.MIN_STRIDE);
    long most = image.number(ConstraintField.MAX_STRIDE);
    long factor = all / LongMath.gcd(all, its);
    refuseIf(
        factor > most / its || most / (factor * its) * (factor * its) < least,
        "strideAlignmentBytes "
            + all
            + " of all pictures and "
            + its
            + " of some have no common multiple "
            + (least > 1 ? "from minStrideBytes " + least + " " : "")
            + "up to maxStrideBytes "
            + most,
        ConstraintField.STRIDE_ALIGNMENT,
        ConstraintField.MAX_STRIDE);
  }

  /** At least one of the permitted names must not be forbidden. */
  private static void names(
      Optional<Set<String>> permitted,
      ConstraintField permitting,
      Set<String> forbidden,
      ConstraintField forbidding) {
    permitted.ifPresent(
        names ->
            refuseIf(
                forbidden.containsAll(names),
                permitting + " " + names + " are all in " + forbidding + " " + forbidden,
                permitting,
                forbidding));
  }

  /** At least one of the ranges has to begin at an address that the device can put out. */
  private static void addresses(Constraints of) {
    if (of.addressRanges().isEmpty() || of.addressBits() >= 63) {
      return;
    }
    long limit = 1L << of.addressBits();
    refuseIf(
        of.addressRanges().stream().allMatch(range -> range.first() >= limit),
        "addressRanges " + of.addressRanges() + " lie above addressBits " + of.addressBits(),
        ConstraintField.ADDRESS_RANGES,
        ConstraintField.ADDRESS_BITS);
  }

  /** The smallest buffer has to fit into the segments. */
  private static void segments(Constraints of) {
    long longest = Math.min(of.maxSegmentBytes(), of.segmentBoundaryBytes());
    refuseIf(
        // Segment size and boundary mean nothing without a limit on the number of segments.
        of.maxSegments() != Integer.MAX_VALUE
            && (of.minSizeBytes() - 1) / of.maxSegments() >= longest,
        "minSizeBytes "
            + of.minSizeBytes()
            + " does not fit into maxSegments "
            + of.maxSegments()
            + " of "
            + longest
            + " bytes",
        ConstraintField.MIN_SIZE,
        ConstraintField.MAX_SEGMENTS);
  }

  /** The most buffers have to suffice for the fewest, and for those that the device holds. */
  private static void counts(Map<ConstraintField, Integer> counts) {
    int most = counts.getOrDefault(ConstraintField.MAX_COUNT, Integer.MAX_VALUE);
    int fewest = counts.getOrDefault(ConstraintField.MIN_COUNT, 0);
    refuseIf(
        fewest > most,
        "minCount " + fewest + " is over maxCount " + most,
        ConstraintField.MIN_COUNT,
        ConstraintField.MAX_COUNT);
    int held =
        counts.getOrDefault(ConstraintField.CAMPING, 0)
            + counts.getOrDefault(ConstraintField.DEDICATED_SLACK, 0)
            + counts.getOrDefault(ConstraintField.SHARED_SLACK, 0);
    refuseIf(
        held > most,
        "camping and slack are " + held + " buffers, over maxCount " + most,
        ConstraintField.CAMPING,
        ConstraintField.MAX_COUNT);
  }

  private static void refuseIf(
      boolean contradiction, String text, ConstraintField one, ConstraintField other) {
    if (contradiction) {
      throw new InvalidConstraintException(
          text + "; " + one + " and " + other + " contradict", one, other);
    }
  }
}
