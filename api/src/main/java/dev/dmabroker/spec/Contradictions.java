package dev.dmabroker.spec;

import com.google.common.math.LongMath;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds two fields of one device that no memory at all could meet together. */
final class Contradictions {
  private Contradictions() {}

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

  /** Memory out of the CPU's reach contradicts what asks for memory in its reach. */
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

  private static void strides(long all, ImageConstraints image) {
    long its = image.number(ConstraintField.STRIDE_ALIGNMENT);
    long most = image.number(ConstraintField.MAX_STRIDE);
    long factor = all / LongMath.gcd(all, its);
    refuseIf(
        factor > most / its,
        "strideAlignmentBytes "
            + all
            + " of all pictures and "
            + its
            + " of some have no common multiple up to maxStrideBytes "
            + most,
        ConstraintField.STRIDE_ALIGNMENT,
        ConstraintField.MAX_STRIDE);
  }

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

  private static void segments(Constraints of) {
    long longest = Math.min(of.maxSegmentBytes(), of.segmentBoundaryBytes());
    refuseIf(
        // Size and boundary mean nothing without the number.
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
