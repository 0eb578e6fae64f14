package dev.dmabroker.internal;

import dev.dmabroker.Caching;
import dev.dmabroker.Constraints;
import dev.dmabroker.Layout;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Trait;
import org.jspecify.annotations.Nullable;

/** Whether one heap's memory meets one device's hard constraints. What is unknown counts as no. */
final class Suitability {
  private Suitability() {}

  /**
   * A constraint that is not met.
   *
   * @param field the constraint
   * @param reason what is asked and what there is
   */
  record Problem(String field, String reason) {}

  /** The first constraint that is not met, or null if all are. */
  static @Nullable Problem problem(
      HeapAccount heap, Layout layout, long sizeBytes, Constraints constraints) {
    Problem problem = heapNames(heap, constraints);
    if (problem == null) {
      problem = memory(heap.traits(), constraints);
    }
    return problem != null ? problem : shape(layout, sizeBytes, constraints);
  }

  private static @Nullable Problem heapNames(HeapAccount heap, Constraints constraints) {
    var permitted = constraints.permittedHeaps();
    if (permitted.isPresent() && permitted.get().stream().noneMatch(heap::isNamed)) {
      return new Problem("permittedHeaps", "only " + permitted.get() + " are permitted");
    }
    if (constraints.forbiddenHeaps().stream().anyMatch(heap::isNamed)) {
      return new Problem("forbiddenHeaps", "the device forbids it");
    }
    return null;
  }

  private static @Nullable Problem memory(HeapTraits traits, Constraints constraints) {
    if (constraints.contiguous() && !traits.contiguous().is(true)) {
      return lacking("contiguous", "physically contiguous memory", traits.contiguous());
    }
    if (constraints.deviceAccess() && !traits.deviceAccess().is(true)) {
      return lacking("deviceAccess", "a dma-buf", traits.deviceAccess());
    }
    if (constraints.cpuReach() && !traits.cpuReach().is(true)) {
      return lacking("cpuReach", "memory that the CPU can map", traits.cpuReach());
    }
    if (constraints.addressBits() < 64 && traits.addressBits().or(64) > constraints.addressBits()) {
      return lacking(
          "addressBits",
          "addresses of " + constraints.addressBits() + " bits",
          traits.addressBits());
    }
    if (traits.alignmentBytes().or(1L) % constraints.alignmentBytes() != 0) {
      return lacking(
          "alignmentBytes",
          "alignment to " + constraints.alignmentBytes() + " bytes",
          traits.alignmentBytes());
    }
    boolean cached = constraints.caching() == Caching.CACHED;
    if (constraints.caching() != Caching.ANY && !traits.cached().is(cached)) {
      return lacking("caching", cached ? "cached memory" : "uncached memory", traits.cached());
    }
    return null;
  }

  private static @Nullable Problem shape(Layout layout, long sizeBytes, Constraints constraints) {
    if (sizeBytes > constraints.maxSizeBytes()) {
      return new Problem(
          "maxSizeBytes",
          "the buffer is " + sizeBytes + " bytes, the device takes " + constraints.maxSizeBytes());
    }
    if (sizeBytes < constraints.minSizeBytes()) {
      return new Problem(
          "minSizeBytes",
          "the buffer is " + sizeBytes + " bytes, the device needs " + constraints.minSizeBytes());
    }
    if (layout.planes().size() == 1 && layout.planes().get(0).lines() == 1) {
      return null; // A single line has no stride to speak of.
    }
    for (Layout.Plane plane : layout.planes()) {
      if (plane.strideBytes() % constraints.strideAlignmentBytes() != 0) {
        return new Problem(
            "strideAlignmentBytes",
            "the stride is "
                + plane.strideBytes()
                + " bytes, the device needs a multiple of "
                + constraints.strideAlignmentBytes());
      }
    }
    return null;
  }

  private static Problem lacking(String field, String wanted, Trait<?> trait) {
    String has =
        trait.known().isEmpty()
            ? "not known of the heap, which counts as no (" + trait.source() + ")"
            : "the heap has " + trait + " (" + trait.source() + ")";
    return new Problem(field, "the device needs " + wanted + "; " + has);
  }
}
