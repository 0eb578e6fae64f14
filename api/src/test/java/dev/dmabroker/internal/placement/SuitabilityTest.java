package dev.dmabroker.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.spec.Caching;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.spi.Unmet;
import dev.dmabroker.testing.StubHeap;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each constraint against what is known, and against what is not. */
class SuitabilityTest {

  private static ConstraintsBuilder asked() {
    return Constraints.builder();
  }

  private static HeapTraitsBuilder known() {
    return HeapTraits.builder().deviceAccess(is(true));
  }

  private static <T> Trait<T> is(T value) {
    return Trait.probed(value, "seen");
  }

  static Stream<Arguments> met() {
    return Stream.of(
        Arguments.of(asked().contiguous(), known().contiguous(is(true))),
        Arguments.of(asked(), known().deviceAccess(is(true))),
        Arguments.of(asked().cpuOnly(), known().cpuReach(is(true))),
        Arguments.of(asked().cpuReach(), known().cpuReach(is(true))),
        Arguments.of(asked().addressBits(32), known().addressBits(is(32))),
        Arguments.of(asked().addressBits(32), known().addressBits(is(31))),
        Arguments.of(asked().addressBits(64), known().addressBits(is(64))),
        Arguments.of(asked().alignment(4096), known().alignmentBytes(is(4096L))),
        Arguments.of(asked().alignment(4096), known().alignmentBytes(is(65536L))),
        Arguments.of(asked().caching(Caching.CACHED), known().cached(is(true))),
        Arguments.of(asked().caching(Caching.UNCACHED), known().cached(is(false))),
        Arguments.of(asked().caching(Caching.ANY), known().cached(is(false))));
  }

  static Stream<Arguments> lacking() {
    return Stream.of(
        Arguments.of("contiguous", asked().contiguous(), known().contiguous(is(false))),
        Arguments.of("deviceAccess", asked(), known().deviceAccess(is(false))),
        Arguments.of("cpuReach", asked().cpuReach(), known().cpuReach(is(false))),
        Arguments.of("addressBits", asked().addressBits(32), known().addressBits(is(33))),
        Arguments.of("addressBits", asked().addressBits(63), known().addressBits(is(64))),
        Arguments.of("alignmentBytes", asked().alignment(8192), known().alignmentBytes(is(4096L))),
        Arguments.of("caching", asked().caching(Caching.CACHED), known().cached(is(false))),
        Arguments.of("caching", asked().caching(Caching.UNCACHED), known().cached(is(true))),
        Arguments.of(
            "secure",
            asked().secure().coherency(Coherency.RAM, Coherency.INACCESSIBLE),
            known().secure(is(false))),
        Arguments.of("numaNode", asked().numaNode(1), known().numaNode(is(0))),
        Arguments.of(
            "speed", asked().speed(MemorySpeed.FAST), known().speed(is(MemorySpeed.NORMAL))),
        Arguments.of(
            "coherency",
            asked().coherency(Coherency.CPU),
            known().coherency(is(Set.of(Coherency.RAM)))));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("met")
  void whatIsKnownToBeThereIsEnough(ConstraintsBuilder asked, HeapTraitsBuilder traits) {
    assertNull(problem(traits.build(), asked.build()));
  }

  @ParameterizedTest(name = "{0} {index}")
  @MethodSource("lacking")
  void whatIsKnownToBeMissingIsNamedWithWhatThereIs(
      String field, ConstraintsBuilder asked, HeapTraitsBuilder traits) {
    var problem = assertNotNull(problem(traits.build(), asked.build()));
    assertEquals(field, problem.field().label());
    assertTrue(problem.reason().startsWith("the device needs "), problem.reason());
    assertTrue(problem.reason().contains("; the heap has "), problem.reason());
    assertTrue(problem.reason().endsWith(" (seen)"), problem.reason());
  }

  @ParameterizedTest(name = "{0} {index}")
  @MethodSource("lacking")
  void whatIsNotKnownCountsAsNo(String field, ConstraintsBuilder asked, HeapTraitsBuilder ignored) {
    HeapTraitsBuilder nothing =
        known().secure(Trait.unknown("not probed")).speed(Trait.unknown("not probed"));
    if (field.equals("deviceAccess")) {
      nothing.deviceAccess(Trait.unknown("not probed"));
    }
    if (field.equals("coherency")) {
      nothing.coherency(Trait.unknown("not probed"));
    }
    var problem = assertNotNull(problem(nothing.build(), asked.build()));
    assertEquals(field, problem.field().label());
    assertTrue(
        problem.reason().endsWith("not known of the heap, which counts as no (not probed)"),
        problem.reason());
  }

  @Test
  void aDeviceThatSaysNothingNeedsMemoryThatDriversImportAndNothingElse() {
    assertNull(problem(known().build(), Constraints.none()));
    var problem = assertNotNull(problem(HeapTraits.builder().build(), Constraints.none()));
    assertEquals(ConstraintField.DEVICE_ACCESS, problem.field());
  }

  @Test
  void heapsArePermittedByNameOrAlias() {
    HeapAccount cma = new HeapAccount(StubHeap.named("cma", "linux,cma", "reserved"));
    assertNull(problem(cma, asked().permittedHeaps("cma").build()));
    assertNull(problem(cma, asked().permittedHeaps("reserved", "other").build()));
    var problem = assertNotNull(problem(cma, asked().permittedHeaps("system", "cm").build()));
    assertEquals(ConstraintField.PERMITTED_HEAPS, problem.field());
    assertEquals("only [cm, system] are permitted", problem.reason());
  }

  @Test
  void heapsAreForbiddenByNameOrAlias() {
    HeapAccount cma = new HeapAccount(StubHeap.named("cma", "linux,cma", "reserved"));
    assertNull(problem(cma, asked().forbiddenHeaps("system").build()));
    for (String name : new String[] {"cma", "reserved"}) {
      var problem = assertNotNull(problem(cma, asked().forbiddenHeaps("system", name).build()));
      assertEquals(ConstraintField.FORBIDDEN_HEAPS, problem.field());
    }
    var both = asked().permittedHeaps("cma", "system").forbiddenHeaps("reserved").build();
    assertEquals(
        ConstraintField.FORBIDDEN_HEAPS,
        assertNotNull(problem(cma, both)).field(),
        "by another name");
  }

  private static @Nullable Unmet problem(HeapTraits traits, Constraints asked) {
    return problem(new HeapAccount(new StubHeap("heap", traits)), asked);
  }

  private static @Nullable Unmet problem(HeapAccount heap, Constraints asked) {
    return heap.info().unmet("device", asked).orElse(null);
  }

  private static Unmet assertNotNull(@Nullable Unmet problem) {
    if (problem == null) {
      throw new AssertionError("suits, and should not");
    }
    return problem;
  }
}
