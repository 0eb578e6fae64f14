package dev.dmabroker;

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
        Field.MIN_SIZE,
        Field.MAX_SIZE);
    names(of.permittedHeaps(), Field.PERMITTED_HEAPS, of.forbiddenHeaps(), Field.FORBIDDEN_HEAPS);
    names(
        of.permittedHeapTypes(),
        Field.PERMITTED_HEAP_TYPES,
        of.forbiddenHeapTypes(),
        Field.FORBIDDEN_HEAP_TYPES);
    refuseIf(
        of.secure() && !of.coherency().contains(Coherency.INACCESSIBLE),
        "secure memory is out of the CPU's reach, and coherency "
            + of.coherency()
            + " lacks INACCESSIBLE",
        Field.SECURE,
        Field.COHERENCY);
    refuseIf(
        of.secure() && of.cpuReach(),
        "secure memory is out of the CPU's reach, which cpuReach asks for",
        Field.SECURE,
        Field.CPU_REACH);
    refuseIf(
        of.cpuReach() && of.coherency().equals(Set.of(Coherency.INACCESSIBLE)),
        "cpuReach asks for memory in the CPU's reach, and coherency is INACCESSIBLE alone",
        Field.CPU_REACH,
        Field.COHERENCY);
    addresses(of);
    segments(of);
    counts(of.counts());
    of.images().forEach(image -> strides(of.strideAlignmentBytes(), image));
    of.images()
        .forEach(
            image ->
                refuseIf(
                    of.strideAlignmentBytes() > image.number(Field.MAX_STRIDE),
                    "strideAlignmentBytes "
                        + of.strideAlignmentBytes()
                        + " is over maxStrideBytes "
                        + image.number(Field.MAX_STRIDE),
                    Field.STRIDE_ALIGNMENT,
                    Field.MAX_STRIDE));
  }

  private static void strides(long all, ImageConstraints image) {
    long its = image.number(Field.STRIDE_ALIGNMENT);
    long factor = all / LongMath.gcd(all, its);
    refuseIf(
        factor > image.number(Field.MAX_STRIDE) / its,
        "strideAlignmentBytes "
            + all
            + " of all pictures and "
            + its
            + " of some have no common multiple up to maxStrideBytes "
            + image.number(Field.MAX_STRIDE),
        Field.STRIDE_ALIGNMENT,
        Field.MAX_STRIDE);
  }

  private static void names(
      Optional<Set<String>> permitted, Field permitting, Set<String> forbidden, Field forbidding) {
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
        Field.ADDRESS_RANGES,
        Field.ADDRESS_BITS);
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
        Field.MIN_SIZE,
        Field.MAX_SEGMENTS);
  }

  private static void counts(Map<Field, Integer> counts) {
    int most = counts.getOrDefault(Field.MAX_COUNT, Integer.MAX_VALUE);
    int fewest = counts.getOrDefault(Field.MIN_COUNT, 0);
    refuseIf(
        fewest > most,
        "minCount " + fewest + " is over maxCount " + most,
        Field.MIN_COUNT,
        Field.MAX_COUNT);
    int held =
        counts.getOrDefault(Field.CAMPING, 0)
            + counts.getOrDefault(Field.DEDICATED_SLACK, 0)
            + counts.getOrDefault(Field.SHARED_SLACK, 0);
    refuseIf(
        held > most,
        "camping and slack are " + held + " buffers, over maxCount " + most,
        Field.CAMPING,
        Field.MAX_COUNT);
  }

  private static void refuseIf(boolean contradiction, String text, Field one, Field other) {
    if (contradiction) {
      throw new InvalidConstraintException(
          text + "; " + one + " and " + other + " contradict", one, other);
    }
  }
}
