package dev.dmabroker.spi;

import dev.dmabroker.spec.AddressRange;
import dev.dmabroker.spec.Caching;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.MemorySpeed;
import java.util.Collections;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether one heap's memory meets one device's constraints. A trait that is unknown counts
 * as no.
 */
final class Suitability {
  private Suitability() {}

  /** The first constraint on memory that the heap does not meet, or null if it meets all. */
  static @Nullable Unmet unmet(HeapInfo heap, String device, Constraints constraints) {
    Unmet unmet = names(heap, constraints);
    if (unmet == null) {
      unmet = access(heap.traits(), device, constraints);
    }
    if (unmet == null) {
      unmet = addresses(heap.traits(), constraints);
    }
    return unmet != null ? unmet : kind(heap.traits(), constraints);
  }

  /** Checks the heap's names and type against the permitted and forbidden ones. */
  private static @Nullable Unmet names(HeapInfo heap, Constraints constraints) {
    Set<String> permitted = constraints.permittedHeaps().orElse(null);
    if (permitted != null && permitted.stream().noneMatch(heap::isNamed)) {
      return new Unmet(ConstraintField.PERMITTED_HEAPS, "only " + permitted + " are permitted");
    }
    if (constraints.forbiddenHeaps().stream().anyMatch(heap::isNamed)) {
      return new Unmet(ConstraintField.FORBIDDEN_HEAPS, "the device forbids it");
    }
    Set<String> types = constraints.permittedHeapTypes().orElse(null);
    if (types != null && !types.contains(heap.type())) {
      return new Unmet(
          ConstraintField.PERMITTED_HEAP_TYPES,
          "only heaps of type " + types + " are permitted, this one is of type " + heap.type());
    }
    if (constraints.forbiddenHeapTypes().contains(heap.type())) {
      return new Unmet(
          ConstraintField.FORBIDDEN_HEAP_TYPES, "the device forbids heaps of type " + heap.type());
    }
    return null;
  }

  /**
   * Checks that the memory is contiguous if it has to be, and that the device and the CPU reach it.
   */
  private static @Nullable Unmet access(HeapTraits traits, String device, Constraints constraints) {
    if (constraints.contiguous() && !traits.contiguous().is(true)) {
      return lacking(
          ConstraintField.CONTIGUOUS, "physically contiguous memory", traits.contiguous());
    }
    if (!constraints.cpuOnly() && !traits.deviceAccess().is(true)) {
      return lacking(
          ConstraintField.DEVICE_ACCESS,
          "memory that drivers import, as it is not cpuOnly()",
          traits.deviceAccess());
    }
    if (constraints.cpuReach() && !traits.cpuReach().is(true)) {
      return lacking(ConstraintField.CPU_REACH, "memory that the CPU can map", traits.cpuReach());
    }
    String owner = traits.deviceLocal().or(device);
    if (!constraints.peerToPeer() && !owner.equals(device)) {
      return new Unmet(
          ConstraintField.PEER_TO_PEER,
          "the memory lies in " + owner + ", and the device does not reach other devices' memory");
    }
    if (Collections.disjoint(
        constraints.coherency(), traits.coherency().known().orElse(Set.of()))) {
      return lacking(
          ConstraintField.COHERENCY,
          "one of the domains " + constraints.coherency(),
          traits.coherency());
    }
    return null;
  }

  /** Checks where the memory lies in the physical address space. */
  private static @Nullable Unmet addresses(HeapTraits traits, Constraints constraints) {
    if (traits.addressBits().or(64) > constraints.addressBits()) {
      return lacking(
          ConstraintField.ADDRESS_BITS,
          "addresses of " + constraints.addressBits() + " bits",
          traits.addressBits());
    }
    if (!constraints.addressRanges().isEmpty()) {
      int bits = traits.addressBits().or(64);
      AddressRange all =
          new AddressRange(
              traits.lowestAddress().or(0L), bits > 62 ? Long.MAX_VALUE : (1L << bits) - 1);
      if (constraints.addressRanges().stream().noneMatch(range -> range.contains(all))) {
        return new Unmet(
            ConstraintField.ADDRESS_RANGES,
            "the device needs memory in one of "
                + constraints.addressRanges()
                + "; the heap's may lie anywhere in "
                + all);
      }
    }
    if (traits.alignmentBytes().or(1L) % constraints.alignmentBytes() != 0) {
      return lacking(
          ConstraintField.ALIGNMENT,
          "alignment to " + constraints.alignmentBytes() + " bytes",
          traits.alignmentBytes());
    }
    return null;
  }

  /** Checks the kind of memory: its caching, protection, node and speed. */
  private static @Nullable Unmet kind(HeapTraits traits, Constraints constraints) {
    boolean cached = constraints.caching() == Caching.CACHED;
    if (constraints.caching() != Caching.ANY && !traits.cached().is(cached)) {
      return lacking(
          ConstraintField.CACHING, cached ? "cached memory" : "uncached memory", traits.cached());
    }
    if (constraints.secure() && !traits.secure().is(true)) {
      return lacking(ConstraintField.SECURE, "protected memory", traits.secure());
    }
    if (constraints.numaNode().isPresent()
        && !traits.numaNode().is(constraints.numaNode().getAsInt())) {
      return lacking(
          ConstraintField.NUMA_NODE,
          "memory at node " + constraints.numaNode().getAsInt(),
          traits.numaNode());
    }
    if (constraints.speed() != MemorySpeed.SLOW
        && traits.speed().or(MemorySpeed.SLOW).compareTo(constraints.speed()) < 0) {
      return lacking(
          ConstraintField.SPEED,
          "memory of speed " + constraints.speed() + " at least",
          traits.speed());
    }
    return null;
  }

  /** Makes the answer for a trait that the heap lacks; the answer says how that is known. */
  private static Unmet lacking(ConstraintField field, String wanted, Trait<?> trait) {
    String has =
        trait.known().isEmpty()
            ? "not known of the heap, which counts as no (" + trait.source() + ")"
            : "the heap has " + trait + " (" + trait.source() + ")";
    return new Unmet(field, "the device needs " + wanted + "; " + has);
  }
}
