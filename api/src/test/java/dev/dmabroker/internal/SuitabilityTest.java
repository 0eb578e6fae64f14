package dev.dmabroker.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BlobSpec;
import dev.dmabroker.Caching;
import dev.dmabroker.Constraints;
import dev.dmabroker.ImageSpec;
import dev.dmabroker.Layout;
import dev.dmabroker.PixelFormat;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Trait;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each constraint against what is known, and against what is not. */
class SuitabilityTest {
  private static final Layout BYTES = BlobSpec.of(4096).layout(1);

  private static Constraints.Builder asked() {
    return Constraints.builder();
  }

  private static HeapTraits.Builder known() {
    return HeapTraits.builder();
  }

  private static <T> Trait<T> is(T value) {
    return Trait.probed(value, "seen");
  }

  static Stream<Arguments> met() {
    return Stream.of(
        Arguments.of(asked().contiguous(), known().contiguous(is(true))),
        Arguments.of(asked().deviceAccess(), known().deviceAccess(is(true))),
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
        Arguments.of("deviceAccess", asked().deviceAccess(), known().deviceAccess(is(false))),
        Arguments.of("cpuReach", asked().cpuReach(), known().cpuReach(is(false))),
        Arguments.of("addressBits", asked().addressBits(32), known().addressBits(is(33))),
        Arguments.of("addressBits", asked().addressBits(63), known().addressBits(is(64))),
        Arguments.of("alignmentBytes", asked().alignment(8192), known().alignmentBytes(is(4096L))),
        Arguments.of("caching", asked().caching(Caching.CACHED), known().cached(is(false))),
        Arguments.of("caching", asked().caching(Caching.UNCACHED), known().cached(is(true))));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("met")
  void whatIsKnownToBeThereIsEnough(Constraints.Builder asked, HeapTraits.Builder traits) {
    assertNull(problem(traits.build(), asked.build()));
  }

  @ParameterizedTest(name = "{0} {index}")
  @MethodSource("lacking")
  void whatIsKnownToBeMissingIsNamedWithWhatThereIs(
      String field, Constraints.Builder asked, HeapTraits.Builder traits) {
    var problem = assertNotNull(problem(traits.build(), asked.build()));
    assertEquals(field, problem.field());
    assertTrue(problem.reason().startsWith("the device needs "), problem.reason());
    assertTrue(problem.reason().contains("; the heap has "), problem.reason());
    assertTrue(problem.reason().endsWith(" (seen)"), problem.reason());
  }

  @ParameterizedTest(name = "{0} {index}")
  @MethodSource("lacking")
  void whatIsNotKnownCountsAsNo(
      String field, Constraints.Builder asked, HeapTraits.Builder ignored) {
    var problem = assertNotNull(problem(known().build(), asked.build()));
    assertEquals(field, problem.field());
    assertTrue(
        problem.reason().endsWith("not known of the heap, which counts as no (not probed)"),
        problem.reason());
  }

  @Test
  void whoAsksForNothingIsSuitedByAHeapOfWhichNothingIsKnown() {
    assertNull(problem(known().build(), Constraints.none()));
  }

  @Test
  void heapsArePermittedByNameOrAlias() {
    HeapAccount cma = new HeapAccount(StubHeap.named("cma", "linux,cma", "reserved"));
    assertNull(problem(cma, asked().permittedHeaps("cma").build()));
    assertNull(problem(cma, asked().permittedHeaps("reserved", "other").build()));
    var problem = assertNotNull(problem(cma, asked().permittedHeaps("system", "cm").build()));
    assertEquals("permittedHeaps", problem.field());
    assertEquals("only [cm, system] are permitted", problem.reason());
  }

  @Test
  void heapsAreForbiddenByNameOrAlias() {
    HeapAccount cma = new HeapAccount(StubHeap.named("cma", "linux,cma", "reserved"));
    assertNull(problem(cma, asked().forbiddenHeaps("system").build()));
    for (String name : new String[] {"cma", "reserved"}) {
      var problem = assertNotNull(problem(cma, asked().forbiddenHeaps("system", name).build()));
      assertEquals("forbiddenHeaps", problem.field());
    }
    var both = asked().permittedHeaps("cma", "system").forbiddenHeaps("reserved").build();
    assertEquals("forbiddenHeaps", assertNotNull(problem(cma, both)).field(), "by another name");
  }

  @Test
  void aBufferHasToBeWithinTheDevicesSizes() {
    HeapAccount heap = new HeapAccount(StubHeap.named("system"));
    assertNull(problem(heap, asked().minSize(4096).maxSize(4096).build()));
    var large = assertNotNull(problem(heap, asked().maxSize(4095).build()));
    assertEquals("maxSizeBytes", large.field());
    assertEquals("the buffer is 4096 bytes, the device takes 4095", large.reason());
    var small = assertNotNull(problem(heap, asked().minSize(4097).build()));
    assertEquals("minSizeBytes", small.field());
    assertEquals("the buffer is 4096 bytes, the device needs 4097", small.reason());
  }

  @Test
  void everyPlanesStrideHasToBeAMultiple() {
    HeapAccount heap = new HeapAccount(StubHeap.named("system"));
    Constraints by64 = asked().strideAlignment(64).build();
    Layout tight = ImageSpec.of(320, 4, PixelFormat.YUV420).layout(1); // Strides 320, 160, 160.
    var problem = assertNotNull(Suitability.problem(heap, tight, tight.sizeBytes(), by64));
    assertEquals("strideAlignmentBytes", problem.field());
    assertEquals("the stride is 160 bytes, the device needs a multiple of 64", problem.reason());
    Layout padded = ImageSpec.of(320, 4, PixelFormat.YUV420).layout(128);
    assertNull(Suitability.problem(heap, padded, padded.sizeBytes(), by64));
  }

  @Test
  void aSingleLineHasNoStride() {
    HeapAccount heap = new HeapAccount(StubHeap.named("system"));
    Layout bytes = BlobSpec.of(4097).layout(1);
    Constraints by64 = asked().strideAlignment(64).build();
    assertNull(Suitability.problem(heap, bytes, bytes.sizeBytes(), by64));
  }

  private static Suitability.@Nullable Problem problem(HeapTraits traits, Constraints asked) {
    return problem(new HeapAccount(new StubHeap("heap", traits)), asked);
  }

  private static Suitability.@Nullable Problem problem(HeapAccount heap, Constraints asked) {
    return Suitability.problem(heap, BYTES, BYTES.sizeBytes(), asked);
  }

  private static Suitability.Problem assertNotNull(Suitability.@Nullable Problem problem) {
    if (problem == null) {
      throw new AssertionError("suits, and should not");
    }
    return problem;
  }
}
