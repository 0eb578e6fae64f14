package dev.dmabroker.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConstraintsTest {

  /** A field by name, a step that sets it, and what it reads as. */
  record Setter(String name, Consumer<ConstraintsBuilder> set, String reads) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Setter> fields() {
    return Stream.of(
        new Setter("contiguous", b -> b.contiguous(), "contiguous"),
        new Setter("cpuReach", b -> b.cpuReach(), "cpuReach"),
        new Setter("addressBits", b -> b.addressBits(32), "addressBits=32"),
        new Setter(
            "addressRanges",
            b -> b.addressRanges(new AddressRange(0, 0xfff)),
            "addressRanges=[0x0-0xfff]"),
        new Setter("alignment", b -> b.alignment(4096), "alignmentBytes=4096"),
        new Setter("minSize", b -> b.minSize(10), "minSizeBytes=10"),
        new Setter("maxSize", b -> b.maxSize(20), "maxSizeBytes=20"),
        new Setter("maxSegments", b -> b.maxSegments(8), "maxSegments=8"),
        new Setter("maxSegmentSize", b -> b.maxSegmentSize(65536), "maxSegmentBytes=65536"),
        new Setter("segmentBoundary", b -> b.segmentBoundary(4096), "segmentBoundaryBytes=4096"),
        new Setter(
            "coherency",
            b -> b.coherency(Coherency.RAM, Coherency.INACCESSIBLE),
            "coherency=[RAM, INACCESSIBLE]"),
        new Setter("peerToPeer", b -> b.peerToPeer(), "peerToPeer"),
        new Setter("permittedHeaps", b -> b.permittedHeaps("b", "a"), "permittedHeaps=[a, b]"),
        new Setter("forbiddenHeaps", b -> b.forbiddenHeaps("c", "b"), "forbiddenHeaps=[b, c]"),
        new Setter("permittedHeapTypes", b -> b.permittedHeapTypes("x"), "permittedHeapTypes=[x]"),
        new Setter("forbiddenHeapTypes", b -> b.forbiddenHeapTypes("y"), "forbiddenHeapTypes=[y]"),
        new Setter("caching", b -> b.caching(Caching.UNCACHED), "caching=UNCACHED"),
        new Setter("numaNode", b -> b.numaNode(1), "numaNode=1"),
        new Setter("speed", b -> b.speed(MemorySpeed.FAST), "speed=FAST"),
        new Setter("strideAlignment", b -> b.strideAlignment(96), "strideAlignmentBytes=96"),
        new Setter("camping", b -> b.camping(2), "camping=2"),
        new Setter("dedicatedSlack", b -> b.dedicatedSlack(1), "dedicatedSlack=1"),
        new Setter("sharedSlack", b -> b.sharedSlack(1), "sharedSlack=1"),
        new Setter("minCount", b -> b.minCount(3), "minCount=3"),
        new Setter("maxCount", b -> b.maxCount(9), "maxCount=9"));
  }

  @Test
  void asksForNothingUnlessToldTo() {
    Constraints none = Constraints.builder().build();
    assertFalse(none.contiguous() || none.cpuReach() || none.cpuOnly());
    assertEquals(64, none.addressBits());
    assertEquals(1, none.alignmentBytes());
    assertEquals(1, none.strideAlignmentBytes());
    assertEquals(1, none.minSizeBytes());
    assertEquals(Long.MAX_VALUE, none.maxSizeBytes());
    assertEquals(Caching.ANY, none.caching());
    assertEquals(Optional.empty(), none.permittedHeaps());
    assertEquals(Set.of(), none.forbiddenHeaps());
    assertEquals("none", none.toString());
    assertEquals(Constraints.none(), none);
    assertSame(Constraints.none(), Constraints.none());
  }

  @Test
  void everyFieldIsKeptAndSaid() {
    ConstraintsBuilder builder = Constraints.builder();
    fields().forEach(field -> field.set().accept(builder));
    Constraints all = builder.build();
    assertEquals(32, all.addressBits());
    assertEquals(4096, all.alignmentBytes());
    assertEquals(96, all.strideAlignmentBytes());
    assertEquals(10, all.minSizeBytes());
    assertEquals(20, all.maxSizeBytes());
    assertEquals(Caching.UNCACHED, all.caching());
    assertEquals(Optional.of(Set.of("a", "b")), all.permittedHeaps());
    assertEquals(Set.of("b", "c"), all.forbiddenHeaps());
    assertEquals(String.join(", ", fields().map(Setter::reads).toList()), all.toString());
  }

  @Test
  void whatOnlyTheCpuUsesIsInItsReach() {
    Constraints cpu = Constraints.builder().cpuOnly().build();
    assertTrue(cpu.cpuOnly() && cpu.cpuReach());
    assertEquals("cpuReach, cpuOnly", cpu.toString());
    assertEquals(cpu, Constraints.builder().cpuReach().cpuOnly().build());
    assertEquals(cpu, Constraints.builder().cpuOnly().cpuReach().build());
    assertFalse(cpu.fields().contains(ConstraintField.DEVICE_ACCESS));
    assertTrue(Constraints.none().fields().contains(ConstraintField.DEVICE_ACCESS));
  }

  @ParameterizedTest
  @MethodSource("fields")
  void whatIsSetAlikeIsEqual(Setter field) {
    Constraints one = built(field);
    Constraints same = built(field);
    assertEquals(one, same);
    assertEquals(one.hashCode(), same.hashCode());
    assertNotEquals(Constraints.none(), one);
    assertEquals(field.reads(), one.toString());
  }

  @Test
  void askingForTheDefaultIsAskingForNothing() {
    assertEquals(
        Constraints.none(),
        Constraints.builder()
            .addressBits(64)
            .alignment(1)
            .strideAlignment(1)
            .minSize(1)
            .maxSize(Long.MAX_VALUE)
            .caching(Caching.ANY)
            .forbiddenHeaps()
            .build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "addressBits",
        "addressRanges",
        "alignment",
        "strideAlignment",
        "minSize",
        "maxSize",
        "maxSegments",
        "coherency",
        "caching",
        "numaNode",
        "speed",
        "permittedHeaps",
        "forbiddenHeaps",
        "permittedHeapTypes",
        "camping",
        "maxCount"
      })
  void aFieldIsSetOnce(String name) {
    Setter field = fields().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    ConstraintsBuilder builder = Constraints.builder();
    field.set().accept(builder);
    var failure = assertThrows(IllegalStateException.class, () -> field.set().accept(builder));
    assertSays(failure, field.reads().replaceAll("=.*", "") + " is set already, to ");
    assertEquals(field.reads(), builder.build().toString(), "the first one counts");
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        refused(b -> b.addressBits(0), "addressBits must be 1 to 64, is 0"),
        refused(b -> b.addressBits(65), "addressBits must be 1 to 64, is 65"),
        refused(b -> b.addressBits(-1), "addressBits must be 1 to 64, is -1"),
        refused(b -> b.alignment(0), "alignmentBytes must be a power of two, is 0"),
        refused(b -> b.alignment(3), "alignmentBytes must be a power of two, is 3"),
        refused(b -> b.alignment(4097), "alignmentBytes must be a power of two, is 4097"),
        refused(b -> b.alignment(-4096), "alignmentBytes must be a power of two, is -4096"),
        refused(
            b -> b.alignment(Long.MIN_VALUE), // A single bit, and yet no power of two.
            "alignmentBytes must be a power of two, is -9223372036854775808"),
        refused(b -> b.strideAlignment(0), "strideAlignmentBytes must be at least 1, is 0"),
        refused(b -> b.strideAlignment(-64), "strideAlignmentBytes must be at least 1, is -64"),
        refused(b -> b.minSize(0), "minSizeBytes must be at least 1, is 0"),
        refused(b -> b.minSize(-1), "minSizeBytes must be at least 1, is -1"),
        refused(b -> b.maxSize(0), "maxSizeBytes must be at least 1, is 0"),
        refused(b -> b.maxSize(-1), "maxSizeBytes must be at least 1, is -1"),
        refused(b -> b.permittedHeaps(), "permittedHeaps names no heap"));
  }

  private static Arguments refused(Consumer<ConstraintsBuilder> set, String says) {
    return Arguments.of(set, says);
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("refused")
  void refuses(Consumer<ConstraintsBuilder> set, String says) {
    ConstraintsBuilder builder = Constraints.builder();
    var failure = assertThrows(IllegalArgumentException.class, () -> set.accept(builder));
    assertSays(failure, says);
    assertEquals(Constraints.none(), builder.build(), "what was refused leaves nothing behind");
  }

  @Test
  void theLargestOfEachIsTaken() {
    Constraints largest =
        Constraints.builder()
            .addressBits(1)
            .alignment(1L << 62)
            .strideAlignment(Long.MAX_VALUE)
            .minSize(Long.MAX_VALUE)
            .maxSize(Long.MAX_VALUE)
            .build();
    assertEquals(1, largest.addressBits());
    assertEquals(1L << 62, largest.alignmentBytes());
    assertEquals(Long.MAX_VALUE, largest.strideAlignmentBytes());
    assertEquals(Long.MAX_VALUE, largest.minSizeBytes());
  }

  @Test
  void aMinimumOverTheMaximumIsRefusedWithBothNamed() {
    ConstraintsBuilder builder = Constraints.builder().minSize(11).maxSize(10);
    assertSays(
        assertThrows(IllegalArgumentException.class, builder::build),
        "minSizeBytes 11 is over maxSizeBytes 10");
    assertEquals(10, Constraints.builder().minSize(10).maxSize(10).build().minSizeBytes());
  }

  @Test
  void heapsThatAreAllPermittedAndForbiddenAreRefusedWithBothNamed() {
    ConstraintsBuilder builder = Constraints.builder().permittedHeaps("a").forbiddenHeaps("b", "a");
    assertSays(
        assertThrows(IllegalArgumentException.class, builder::build),
        "permittedHeaps [a] are all in forbiddenHeaps [",
        "b");
    Constraints some = Constraints.builder().permittedHeaps("a", "b").forbiddenHeaps("a").build();
    assertEquals("permittedHeaps=[a, b], forbiddenHeaps=[a]", some.toString());
  }

  @Test
  void whatIsHandedOutCannotBeChanged() {
    String[] names = {"a", "b"};
    ConstraintsBuilder builder = Constraints.builder().permittedHeaps(names).forbiddenHeaps("c");
    Constraints built = builder.build();
    names[0] = "z";
    assertEquals("permittedHeaps=[a, b], forbiddenHeaps=[c]", built.toString());
    Set<String> permitted = built.permittedHeaps().orElseThrow();
    assertThrows(UnsupportedOperationException.class, () -> permitted.add("z"));
    assertThrows(UnsupportedOperationException.class, () -> built.forbiddenHeaps().add("z"));
    builder.contiguous();
    assertFalse(built.contiguous(), "a builder that goes on does not change what it built");
  }

  private static Constraints built(Setter field) {
    ConstraintsBuilder builder = Constraints.builder();
    field.set().accept(builder);
    return builder.build();
  }

  private static void assertSays(Throwable failure, String... parts) {
    for (String part : parts) {
      if (!String.valueOf(failure.getMessage()).contains(part)) {
        throw new AssertionError("\"" + failure.getMessage() + "\" lacks \"" + part + "\"");
      }
    }
  }

  @Test
  void flagsAndHeapListsAreSetOnceAndNameHeaps() {
    assertThrows(
        IllegalStateException.class, () -> Constraints.builder().contiguous().contiguous());
    assertThrows(IllegalStateException.class, () -> Constraints.builder().cpuReach().cpuReach());
    assertThrows(IllegalStateException.class, () -> Constraints.builder().cpuOnly().cpuOnly());
    assertThrows(
        IllegalStateException.class,
        () -> Constraints.builder().forbiddenHeaps().forbiddenHeaps("a"));
    assertThrows(IllegalArgumentException.class, () -> Constraints.builder().permittedHeaps(" "));
    assertThrows(
        IllegalArgumentException.class, () -> Constraints.builder().forbiddenHeaps("a", ""));
  }

  // ---- Templates ----

  @Test
  void aBuilderOfConstraintsHasTheirFields() {
    Constraints all =
        Constraints.builder()
            .contiguous()
            .addressBits(32)
            .coherency(Coherency.RAM)
            .forbiddenHeaps("cma")
            .usage(Usage.VIDEO_ENCODER)
            .camping(2)
            .image(ImageConstraints.builder().formats(PixelFormat.NV12).strideAlignment(64))
            .image(ImageConstraints.builder().anyModifier().maxSize(64, 64))
            .prefer(50, Constraints.builder().caching(Caching.CACHED).build())
            .build();
    assertEquals(all, all.toBuilder().build());
    assertEquals(Constraints.none(), Constraints.none().toBuilder().build());
  }

  @Test
  void eachFieldOfATemplateMayBeSetAnewOnce() {
    Constraints template = Constraints.builder().contiguous().addressBits(32).build();
    assertEquals(40, template.toBuilder().addressBits(40).build().addressBits());
    assertEquals(
        Constraints.builder().contiguous().build(), template.toBuilder().addressBits(64).build());
    ConstraintsBuilder again = template.toBuilder().addressBits(64);
    assertThrows(IllegalStateException.class, () -> again.addressBits(32));
    assertTrue(template.toBuilder().usage(Usage.VIDEO_ENCODER).build().contiguous());
    assertEquals(32, template.addressBits());
  }

  @Test
  void demandsOnPicturesAreTemplatesToo() {
    ImageConstraints template =
        ImageConstraints.builder()
            .formats(PixelFormat.NV12)
            .colorSpaces(ColorSpace.REC709)
            .requiredSizes(new ImageSize(64, 64))
            .strideAlignment(64)
            .build();
    assertEquals(template, template.toBuilder().build());
    ImageConstraints any = template.toBuilder().anyModifier().strideAlignment(1).build();
    assertEquals(Optional.empty(), any.modifiers());
    assertEquals(1, any.number(ConstraintField.STRIDE_ALIGNMENT));
    assertEquals(any, any.toBuilder().build());
    assertEquals(
        Optional.of(Set.of(Modifier.LINEAR)),
        any.toBuilder().modifiers(Modifier.LINEAR).build().modifiers());
    ImageConstraintsBuilder again = template.toBuilder().strideAlignment(128);
    assertThrows(IllegalStateException.class, () -> again.strideAlignment(64));
    assertThrows(InvalidConstraintException.class, () -> ImageConstraints.builder().formats());
  }
}
