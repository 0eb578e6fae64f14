package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.SearchLimitException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.AddressRange;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageConstraintsBuilder;
import dev.dmabroker.spec.ImageSize;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.InvalidConstraintException;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spec.Usage;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Constraints that contradict themselves or make no sense, and problems that are too large. */
class BadConstraintsTest {

  private static Arguments memory(
      Consumer<ConstraintsBuilder> asked, String says, ConstraintField... fields) {
    Executable build =
        () -> {
          ConstraintsBuilder builder = Constraints.builder();
          asked.accept(builder);
          builder.build();
        };
    return Arguments.of(says, build, List.of(fields));
  }

  private static Arguments image(
      Consumer<ImageConstraintsBuilder> asked, String says, ConstraintField... fields) {
    Executable build =
        () -> {
          ImageConstraintsBuilder builder = ImageConstraints.builder().formats(PixelFormat.NV12);
          asked.accept(builder);
          builder.build();
        };
    return Arguments.of(says, build, List.of(fields));
  }

  static Stream<Arguments> contradictions() {
    return Stream.of(
        memory(
            b -> b.minSize(11).maxSize(10),
            "minSizeBytes 11 is over maxSizeBytes 10",
            ConstraintField.MIN_SIZE,
            ConstraintField.MAX_SIZE),
        memory(
            b -> b.permittedHeaps("a", "b").forbiddenHeaps("c", "b", "a"),
            "permittedHeaps [a, b] are all in forbiddenHeaps [a, b, c]",
            ConstraintField.PERMITTED_HEAPS,
            ConstraintField.FORBIDDEN_HEAPS),
        memory(
            b -> b.permittedHeapTypes("a").forbiddenHeapTypes("a"),
            "permittedHeapTypes [a] are all in forbiddenHeapTypes [a]",
            ConstraintField.PERMITTED_HEAP_TYPES,
            ConstraintField.FORBIDDEN_HEAP_TYPES),
        memory(
            b -> b.secure(),
            "secure memory is out of the CPU's reach, and coherency [CPU, RAM] lacks INACCESSIBLE",
            ConstraintField.SECURE,
            ConstraintField.COHERENCY),
        memory(
            b -> b.secure().cpuReach().coherency(Coherency.INACCESSIBLE, Coherency.CPU),
            "secure memory is out of the CPU's reach, which cpuReach asks for",
            ConstraintField.SECURE,
            ConstraintField.CPU_REACH),
        memory(
            b -> b.cpuReach().coherency(Coherency.INACCESSIBLE),
            "cpuReach asks for memory in the CPU's reach, and coherency is INACCESSIBLE alone",
            ConstraintField.CPU_REACH,
            ConstraintField.COHERENCY),
        memory(
            b -> b.addressBits(12).addressRanges(new AddressRange(4096, 8191)),
            "addressRanges [0x1000-0x1fff] lie above addressBits 12",
            ConstraintField.ADDRESS_RANGES,
            ConstraintField.ADDRESS_BITS),
        memory(
            b -> b.minSize(5).maxSegments(2).maxSegmentSize(2),
            "minSizeBytes 5 does not fit into maxSegments 2 of 2 bytes",
            ConstraintField.MIN_SIZE,
            ConstraintField.MAX_SEGMENTS),
        memory(
            b -> b.minSize(4097).maxSegments(1).segmentBoundary(4096),
            "minSizeBytes 4097 does not fit into maxSegments 1 of 4096 bytes",
            ConstraintField.MIN_SIZE,
            ConstraintField.MAX_SEGMENTS),
        memory(
            b -> b.minCount(5).maxCount(4),
            "minCount 5 is over maxCount 4",
            ConstraintField.MIN_COUNT,
            ConstraintField.MAX_COUNT),
        memory(
            b -> b.camping(2).dedicatedSlack(1).sharedSlack(2).maxCount(4),
            "camping and slack are 5 buffers, over maxCount 4",
            ConstraintField.CAMPING,
            ConstraintField.MAX_COUNT),
        memory(
            b -> b.strideAlignment(64).image(ImageConstraints.builder().maxStride(63)),
            "strideAlignmentBytes 64",
            ConstraintField.STRIDE_ALIGNMENT,
            ConstraintField.MAX_STRIDE),
        memory(
            b ->
                b.strideAlignment(64)
                    .image(ImageConstraints.builder().strideAlignment(48).maxStride(191)),
            "strideAlignmentBytes 64 of all pictures and 48 of some have no common multiple up to"
                + " maxStrideBytes 191",
            ConstraintField.STRIDE_ALIGNMENT,
            ConstraintField.MAX_STRIDE),
        memory(
            b -> b.strideAlignment(1L << 62).image(ImageConstraints.builder().strideAlignment(3)),
            "have no common multiple up to maxStrideBytes 9223372036854775807",
            ConstraintField.STRIDE_ALIGNMENT,
            ConstraintField.MAX_STRIDE),
        memory(
            b ->
                b.image(ImageConstraints.builder().formats(PixelFormat.NV12, PixelFormat.GREY))
                    .image(ImageConstraints.builder().formats(PixelFormat.GREY)),
            "two entries cover the same format and modifier: (formats=[GREY, NV12],",
            ConstraintField.FORMATS,
            ConstraintField.MODIFIERS),
        memory(
            b ->
                b.image(ImageConstraints.builder()).image(ImageConstraints.builder().anyModifier()),
            "two entries cover the same format and modifier",
            ConstraintField.FORMATS,
            ConstraintField.MODIFIERS),
        image(
            b -> b.minSize(9, 1).maxSize(8, 8),
            "minWidth 9 is over maxWidth 8",
            ConstraintField.MIN_WIDTH,
            ConstraintField.MAX_WIDTH),
        image(
            b -> b.minSize(1, 9).maxSize(8, 8),
            "minHeight 9 is over maxHeight 8",
            ConstraintField.MIN_HEIGHT,
            ConstraintField.MAX_HEIGHT),
        image(
            b -> b.minStride(65).maxStride(64),
            "minStrideBytes 65 is over maxStrideBytes 64",
            ConstraintField.MIN_STRIDE,
            ConstraintField.MAX_STRIDE),
        image(
            b -> b.strideAlignment(65).maxStride(64),
            "strideAlignmentBytes 65 is over maxStrideBytes 64",
            ConstraintField.STRIDE_ALIGNMENT,
            ConstraintField.MAX_STRIDE),
        image(
            b -> b.sizeAlignment(9, 1).maxSize(8, 8),
            "widthAlignment 9 is over maxWidth 8",
            ConstraintField.WIDTH_ALIGNMENT,
            ConstraintField.MAX_WIDTH),
        image(
            b -> b.sizeAlignment(1, 9).maxSize(8, 8),
            "heightAlignment 9 is over maxHeight 8",
            ConstraintField.HEIGHT_ALIGNMENT,
            ConstraintField.MAX_HEIGHT),
        image(
            b -> b.minSize(5, 5).maxPixels(24),
            "minWidth x minHeight is over maxPixels 24",
            ConstraintField.MIN_WIDTH,
            ConstraintField.MAX_PIXELS),
        image(
            b -> b.minSize(Integer.MAX_VALUE, Integer.MAX_VALUE).maxPixels(1L << 61),
            "minWidth x minHeight is over maxPixels 2305843009213693952",
            ConstraintField.MIN_WIDTH,
            ConstraintField.MAX_PIXELS),
        image(
            b -> b.requiredSizes(ImageSize.of(1, 1), ImageSize.of(9, 2)).maxSize(8, 8),
            "requiredSizes has 9x2, which is over maxWidth 8",
            ConstraintField.REQUIRED_SIZES,
            ConstraintField.MAX_WIDTH),
        image(
            b -> b.requiredSizes(ImageSize.of(2, 9)).maxSize(8, 8),
            "requiredSizes has 2x9, which is over maxHeight 8",
            ConstraintField.REQUIRED_SIZES,
            ConstraintField.MAX_HEIGHT),
        image(
            b -> b.requiredSizes(ImageSize.of(Integer.MAX_VALUE, 3)).maxPixels(1L << 32),
            "requiredSizes has 2147483647x3, which is over maxPixels 4294967296",
            ConstraintField.REQUIRED_SIZES,
            ConstraintField.MAX_PIXELS),
        image(
            b -> b.modifiers(Modifier.LINEAR, Modifier.VIVANTE_TILED),
            "modifiers has VIVANTE_TILED, which has no layout for any of formats [NV12]",
            ConstraintField.MODIFIERS,
            ConstraintField.FORMATS));
  }

  @ParameterizedTest(name = "{index} {0}")
  @MethodSource("contradictions")
  void namesBothFieldsThatContradict(String says, Executable build, List<ConstraintField> fields) {
    var failure = assertThrows(InvalidConstraintException.class, build);
    assertEquals(fields, failure.fields());
    assertEquals(2, fields.size());
    Fixture.assertSays(failure, says);
  }

  static Stream<Arguments> nonsense() {
    return Stream.of(
        memory(b -> b.alignment(0), "must be a power of two, is 0", ConstraintField.ALIGNMENT),
        memory(b -> b.segmentBoundary(0), "power of two, is 0", ConstraintField.SEGMENT_BOUNDARY),
        memory(b -> b.segmentBoundary(6), "power of two, is 6", ConstraintField.SEGMENT_BOUNDARY),
        memory(b -> b.strideAlignment(0), "at least 1, is 0", ConstraintField.STRIDE_ALIGNMENT),
        memory(b -> b.maxSegments(0), "at least 1, is 0", ConstraintField.MAX_SEGMENTS),
        memory(b -> b.maxSegmentSize(-1), "at least 1, is -1", ConstraintField.MAX_SEGMENT_SIZE),
        memory(b -> b.addressRanges(), "names no range", ConstraintField.ADDRESS_RANGES),
        memory(
            b -> b.addressRanges(new AddressRange(2, 1)),
            "upside down, is 2 to 1",
            ConstraintField.ADDRESS_RANGES),
        memory(
            b -> b.addressRanges(new AddressRange(-1, 1)),
            "must not be negative",
            ConstraintField.ADDRESS_RANGES),
        memory(b -> b.coherency(), "names no domain", ConstraintField.COHERENCY),
        memory(b -> b.permittedHeapTypes(), "names no heap", ConstraintField.PERMITTED_HEAP_TYPES),
        memory(
            b -> b.forbiddenHeapTypes(" "),
            "has a blank name",
            ConstraintField.FORBIDDEN_HEAP_TYPES),
        memory(b -> b.numaNode(-1), "must be at least 0, is -1", ConstraintField.NUMA_NODE),
        memory(b -> b.camping(-1), "must be 0 to 1048576, is -1", ConstraintField.CAMPING),
        memory(
            b -> b.dedicatedSlack(1 << 21),
            "must be 0 to 1048576",
            ConstraintField.DEDICATED_SLACK),
        memory(b -> b.sharedSlack(-1), "must be 0 to 1048576, is -1", ConstraintField.SHARED_SLACK),
        memory(b -> b.minCount(0), "must be 1 to 1048576, is 0", ConstraintField.MIN_COUNT),
        memory(b -> b.maxCount(0), "must be 1 to 1048576, is 0", ConstraintField.MAX_COUNT),
        memory(b -> b.prefer(0, Constraints.none()), "weight must be 1 to 1000000, is 0"),
        memory(
            b -> b.prefer(1, Constraints.builder().cpuOnly().build()),
            "cpuOnly says what uses the memory, which cannot be preferred",
            ConstraintField.DEVICE_ACCESS),
        memory(b -> b.prefer(-5, Constraints.none()), "weight must be 1 to 1000000, is -5"),
        memory(b -> b.prefer(1_000_001, Constraints.none()), "is 1000001"),
        memory(
            b -> b.prefer(1, Constraints.builder().camping(1).maxCount(3).build()),
            "counts of buffers cannot be preferred",
            ConstraintField.CAMPING,
            ConstraintField.MAX_COUNT),
        memory(
            b -> b.prefer(1, Constraints.builder().usage(Usage.CPU_READ).build()),
            "no usage and no preference of its own"),
        memory(
            b ->
                b.prefer(
                    1,
                    Constraints.builder()
                        .prefer(1, Constraints.builder().contiguous().build())
                        .build()),
            "no usage and no preference of its own"),
        memory(
            b ->
                b.prefer(
                    1,
                    Constraints.builder()
                        .image(ImageConstraints.builder().formats(PixelFormat.NV12))
                        .image(ImageConstraints.builder().formats(PixelFormat.GREY))
                        .build()),
            "at most one entry for pictures"),
        memory(
            b -> ImageConstraints.builder().formats(), "names no format", ConstraintField.FORMATS),
        image(b -> b.modifiers(), "names no modifier", ConstraintField.MODIFIERS),
        image(b -> b.colorSpaces(), "names none", ConstraintField.COLOR_SPACES),
        image(
            b -> b.requiredSizes(),
            "must name 1 to 16 sizes, names 0",
            ConstraintField.REQUIRED_SIZES),
        image(
            b ->
                b.requiredSizes(
                    Collections.nCopies(17, ImageSize.of(1, 1)).toArray(ImageSize[]::new)),
            "names 17",
            ConstraintField.REQUIRED_SIZES),
        image(b -> b.minSize(0, 1), "minWidth must be at least 1, is 0", ConstraintField.MIN_WIDTH),
        image(
            b -> b.minSize(1, 0), "minHeight must be at least 1, is 0", ConstraintField.MIN_HEIGHT),
        image(b -> b.maxSize(0, 1), "maxWidth must be at least 1, is 0", ConstraintField.MAX_WIDTH),
        image(
            b -> b.maxSize(1, -1),
            "maxHeight must be at least 1, is -1",
            ConstraintField.MAX_HEIGHT),
        image(
            b -> b.maxPixels(0), "maxPixels must be at least 1, is 0", ConstraintField.MAX_PIXELS),
        image(b -> b.sizeAlignment(0, 1), "at least 1, is 0", ConstraintField.WIDTH_ALIGNMENT),
        image(b -> b.sizeAlignment(1, 0), "at least 1, is 0", ConstraintField.HEIGHT_ALIGNMENT),
        image(
            b -> b.displayAlignment(0, 1),
            "at least 1, is 0",
            ConstraintField.DISPLAY_WIDTH_ALIGNMENT),
        image(
            b -> b.displayAlignment(1, 0),
            "at least 1, is 0",
            ConstraintField.DISPLAY_HEIGHT_ALIGNMENT),
        image(b -> b.minStride(0), "at least 1, is 0", ConstraintField.MIN_STRIDE),
        image(b -> b.maxStride(0), "at least 1, is 0", ConstraintField.MAX_STRIDE),
        image(b -> b.strideAlignment(0), "at least 1, is 0", ConstraintField.STRIDE_ALIGNMENT),
        image(
            b -> b.firstStrideAlignment(0),
            "at least 1, is 0",
            ConstraintField.FIRST_STRIDE_ALIGNMENT),
        image(b -> b.startOffsetAlignment(0), "at least 1", ConstraintField.START_OFFSET_ALIGNMENT),
        image(b -> b.planeOffsetAlignment(0), "at least 1", ConstraintField.PLANE_OFFSET_ALIGNMENT),
        image(b -> b.blockPadding(0, 1), "at least 1, is 0", ConstraintField.BLOCK_WIDTH),
        image(b -> b.blockPadding(1, 0), "at least 1, is 0", ConstraintField.BLOCK_HEIGHT),
        image(b -> b.overRead(-1), "at least 0, is -1", ConstraintField.OVER_READ),
        image(b -> b.verticalPadding(-1), "at least 0, is -1", ConstraintField.VERTICAL_PADDING));
  }

  @ParameterizedTest(name = "{index} {0}")
  @MethodSource("nonsense")
  void namesTheFieldThatMakesNoSense(String says, Executable build, List<ConstraintField> fields) {
    var failure = assertThrows(InvalidConstraintException.class, build);
    assertEquals(fields, failure.fields());
    Fixture.assertSays(failure, says);
  }

  static Stream<Arguments> fixedSizes() {
    return Stream.of(
        image(
            b -> b.minSize(100, 1).maxSize(111, 9).sizeAlignment(16, 1),
            "no multiple of widthAlignment 16 lies between minWidth 100 and maxWidth 111",
            ConstraintField.WIDTH_ALIGNMENT,
            ConstraintField.MIN_WIDTH),
        image(
            b -> b.minSize(1, 1080).maxSize(4096, 1080).sizeAlignment(1, 16),
            "no multiple of heightAlignment 16 lies between minHeight 1080 and maxHeight 1080",
            ConstraintField.HEIGHT_ALIGNMENT,
            ConstraintField.MIN_HEIGHT),
        image(
            b -> b.minStride(100).maxStride(127).strideAlignment(64),
            "no multiple of strideAlignmentBytes 64 lies between minStrideBytes 100 and"
                + " maxStrideBytes 127",
            ConstraintField.STRIDE_ALIGNMENT,
            ConstraintField.MIN_STRIDE),
        image(
            b -> b.minStride(100).maxStride(127).firstStrideAlignment(64),
            "no multiple of firstStrideAlignmentBytes 64 lies between minStrideBytes 100 and"
                + " maxStrideBytes 127",
            ConstraintField.FIRST_STRIDE_ALIGNMENT,
            ConstraintField.MIN_STRIDE),
        memory(
            b ->
                b.strideAlignment(64)
                    .image(
                        ImageConstraints.builder()
                            .minStride(200)
                            .maxStride(300)
                            .strideAlignment(48)),
            "strideAlignmentBytes 64 of all pictures and 48 of some have no common multiple from"
                + " minStrideBytes 200 up to maxStrideBytes 300; strideAlignmentBytes and"
                + " maxStrideBytes contradict",
            ConstraintField.STRIDE_ALIGNMENT,
            ConstraintField.MAX_STRIDE));
  }

  @ParameterizedTest(name = "{index} {0}")
  @MethodSource("fixedSizes")
  void anAlignmentThatAFixedSizeCannotMeetIsNamedWithTheSize(
      String says, Executable build, List<ConstraintField> fields) {
    var failure = assertThrows(InvalidConstraintException.class, build);
    assertEquals(fields, failure.fields());
    assertEquals(says, failure.getMessage());
  }

  static Stream<Consumer<ConstraintsBuilder>> meant() {
    return Stream.of(
        b -> b.minSize(10).maxSize(10),
        b -> b.permittedHeaps("a", "b").forbiddenHeaps("a"),
        b -> b.secure().coherency(Coherency.INACCESSIBLE),
        b -> b.addressBits(12).addressRanges(new AddressRange(4095, 9000)),
        b -> b.minSize(4).maxSegments(2).maxSegmentSize(2),
        // Without a number of segments, their size means nothing.
        b -> b.minSize(1L << 40).maxSegmentSize(1),
        b -> b.minCount(4).maxCount(4).camping(2).dedicatedSlack(1).sharedSlack(1),
        b ->
            b.strideAlignment(64)
                .image(ImageConstraints.builder().strideAlignment(48).maxStride(192)),
        b ->
            b.image(ImageConstraints.builder().formats(PixelFormat.NV12))
                .image(
                    ImageConstraints.builder()
                        .formats(PixelFormat.NV12)
                        .modifiers(Modifier.I915_X_TILED))
                .image(ImageConstraints.builder().anyModifier()));
  }

  @ParameterizedTest
  @MethodSource("meant")
  void takesWhatIsJustPossible(Consumer<ConstraintsBuilder> asked) {
    ConstraintsBuilder builder = Constraints.builder();
    asked.accept(builder);
    assertTrue(!builder.build().equals(Constraints.none()));
  }

  @Test
  void noneOrTooManyAlternatives() {
    DeviceSpec.Builder spec = DeviceSpec.builder("gpu");
    Fixture.assertSays(
        assertThrows(InvalidConstraintException.class, () -> spec.alternatives(new Constraints[0])),
        "device gpu must have 1 to 16 alternatives, has 0");
    Constraints[] many = new Constraints[DeviceSpec.MAX_ALTERNATIVES + 1];
    Arrays.fill(many, Constraints.none());
    Fixture.assertSays(
        assertThrows(InvalidConstraintException.class, () -> spec.alternatives(many)),
        "device gpu must have 1 to 16 alternatives, has 17");
    assertEquals(1, spec.build().alternatives().size());
    assertEquals(16, spec.alternatives(Arrays.copyOf(many, 16)).build().alternatives().size());
  }

  /** Strides that any six of seven devices can agree on, and no seven. */
  private static List<DeviceSpec> picky() {
    List<DeviceSpec> specs = new ArrayList<>();
    ImageConstraints narrow = ImageConstraints.builder().maxStride(10_000_000_000_000_000L).build();
    BigInteger prime = BigInteger.valueOf(100);
    for (int i = 0; i < 7; i++) {
      Constraints[] alternatives = new Constraints[8];
      for (int j = 0; j < alternatives.length; j++) {
        prime = prime.nextProbablePrime();
        alternatives[j] =
            Constraints.builder().image(narrow).strideAlignment(prime.longValue()).build();
      }
      specs.add(DeviceSpec.builder("picky" + i).alternatives(alternatives).build());
    }
    return specs;
  }

  @Test
  void tooManyCombinationsAttachNothing() {
    try (Broker broker =
        Broker.builder()
            .heap(ScriptedHeap.system())
            .heap(ScriptedHeap.cma())
            .heuristic(new InOrder())
            .build()) {
      List<Device> devices = picky().stream().map(broker::register).toList();
      ImageSpec small = ImageSpec.of(1, 1, PixelFormat.GREY);
      assertThrows(SearchLimitException.class, () -> broker.plan(small, devices));
      SharedBuffer buffer = broker.export("frame", BlobSpec.of(1));
      Attachment first = buffer.attach(devices.get(0));
      Device wishes = broker.register("wishes", wishful());
      SharedBuffer picture = broker.export("picture", ImageSpec.of(64, 48, PixelFormat.NV12));
      List<BrokerSnapshot.BufferState> before = broker.snapshot().buffers();
      var failure = assertThrows(SearchLimitException.class, () -> broker.plan(small, devices));
      Fixture.assertSays(
          failure,
          "more than 50000 combinations",
          "for 1x1 GREY (picky0: 8, picky1: 8, picky2: 8, picky3: 8, picky4: 8, picky5: 8,"
              + " picky6: 8)",
          "give fewer alternatives");
      assertThrows(SearchLimitException.class, () -> picture.attach(wishes));
      assertEquals(before, broker.snapshot().buffers(), "the broker is as it was");
      first.close();
      picture.attach(broker.register("modest", Constraints.none())).map(Access.READ).close();
    }
  }

  /** So many wishes that may be worth meeting on purpose that not every set can be tried. */
  private static Constraints wishful() {
    ConstraintsBuilder asked = Constraints.builder();
    // One that is never met, so that no set is known to be the best.
    asked.prefer(1, Constraints.builder().image(ImageConstraints.builder().maxStride(63)).build());
    for (int i = 1; i <= 17; i++) {
      asked.prefer(
          i, Constraints.builder().image(ImageConstraints.builder().minStride(100L + i)).build());
    }
    return asked.build();
  }
}
