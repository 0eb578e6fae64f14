package dev.dmabroker.remote.internal.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.dmabroker.remote.internal.wire.Constraints.Field;
import dev.dmabroker.remote.internal.wire.Constraints.Wish;
import dev.dmabroker.spec.AddressRange;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Caching;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.CompressedFormat;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageConstraintsBuilder;
import dev.dmabroker.spec.ImageSize;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spec.Usage;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ValuesTest {

  /** Each asks for other fields; together for all that there are. */
  static List<UnaryOperator<ConstraintsBuilder>> asking() {
    return List.of(
        to -> to,
        ConstraintsBuilder::contiguous,
        ConstraintsBuilder::cpuReach,
        ConstraintsBuilder::cpuOnly,
        to -> to.secure().coherency(Coherency.INACCESSIBLE),
        ConstraintsBuilder::peerToPeer,
        to -> to.addressBits(32),
        to -> to.addressRanges(new AddressRange(0, 99), new AddressRange(4096, Long.MAX_VALUE)),
        to -> to.alignment(4096),
        to -> to.minSize(100).maxSize(1L << 40),
        to -> to.maxSegments(7).maxSegmentSize(65_536).segmentBoundary(1L << 32),
        to -> to.coherency(Coherency.INACCESSIBLE),
        to -> to.permittedHeaps("a", "b").permittedHeapTypes("cma"),
        to -> to.forbiddenHeaps("c").forbiddenHeapTypes("system", "memfd"),
        to -> to.caching(Caching.UNCACHED).numaNode(0).speed(MemorySpeed.FAST),
        to -> to.compressedFormats(CompressedFormat.H264, CompressedFormat.FWHT),
        to -> to.strideAlignment(64),
        to -> to.camping(1).dedicatedSlack(2).sharedSlack(3).minCount(4).maxCount(9),
        to -> to.usage(Usage.GPU_SAMPLED, Usage.CPU_READ),
        to ->
            to.prefer(10, Constraints.builder().contiguous().build())
                .prefer(20, Constraints.builder().speed(MemorySpeed.NORMAL).build()),
        to -> to.image(picture(rules -> rules.formats(PixelFormat.NV12, PixelFormat.GREY))),
        to -> to.image(picture(ImageConstraintsBuilder::anyModifier)),
        to ->
            to.image(
                picture(
                    rules ->
                        rules
                            .formats(PixelFormat.XRGB8888)
                            .modifiers(Modifier.LINEAR, Modifier.I915_X_TILED)
                            .colorSpaces(ColorSpace.SRGB))),
        to ->
            to.image(
                picture(
                    rules ->
                        rules
                            .formats(PixelFormat.XRGB8888)
                            .layouts(ImageSpec.of(64, 16, PixelFormat.XRGB8888).layout()))),
        to ->
            to.image(
                picture(
                    rules ->
                        rules
                            .minSize(2, 4)
                            .maxSize(1000, 2000)
                            .maxPixels(1 << 20)
                            .requiredSizes(ImageSize.of(16, 16), ImageSize.of(32, 8))
                            .sizeAlignment(2, 4)
                            .displayAlignment(4, 2))),
        to ->
            to.image(
                picture(
                    rules ->
                        rules
                            .minStride(64)
                            .maxStride(1 << 16)
                            .strideAlignment(64)
                            .firstStrideAlignment(128)
                            .startOffsetAlignment(256)
                            .planeOffsetAlignment(512)
                            .blockPadding(8, 16)
                            .overRead(4096)
                            .verticalPadding(8))));
  }

  private static ImageConstraints picture(UnaryOperator<ImageConstraintsBuilder> rules) {
    return rules.apply(ImageConstraints.builder()).build();
  }

  static Stream<Constraints> constraints() {
    return asking().stream().map(ask -> ask.apply(Constraints.builder()).build());
  }

  @ParameterizedTest
  @MethodSource("constraints")
  void constraintsCross(Constraints asked) throws Exception {
    byte[] bytes = Values.write(asked).toByteArray();
    assertEquals(
        asked, Values.read(dev.dmabroker.remote.internal.wire.Constraints.parseFrom(bytes)));
  }

  @Test
  void allFieldsCross() {
    EnumSet<ConstraintField> asked = EnumSet.noneOf(ConstraintField.class);
    constraints().forEach(each -> asked.addAll(each.fields()));
    assertEquals(EnumSet.allOf(ConstraintField.class), asked, "the test asks for each field");
    EnumSet<ConstraintField> crossing = EnumSet.copyOf(ConstraintFields.all());
    crossing.addAll(PictureFields.all());
    EnumSet<ConstraintField> sets =
        EnumSet.of(
            ConstraintField.FORMATS,
            ConstraintField.MODIFIERS,
            ConstraintField.COLOR_SPACES,
            ConstraintField.LAYOUTS,
            ConstraintField.REQUIRED_SIZES);
    crossing.addAll(sets); // Of pictures, with messages of their own.
    assertEquals(EnumSet.allOf(ConstraintField.class), crossing);
  }

  @Test
  void fieldsCrossTogether() throws Exception {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      ConstraintsBuilder builder = Constraints.builder();
      Constraints asked;
      try {
        for (var ask : asking()) {
          if (random.nextInt(4) == 0) {
            ConstraintsBuilder unused = ask.apply(builder);
          }
        }
        asked = builder.build();
      } catch (IllegalArgumentException | IllegalStateException contradiction) {
        continue;
      }
      assertEquals(asked, Values.read(Values.write(asked)), "seed " + seed);
    }
  }

  private static void assertRefused(
      String words, dev.dmabroker.remote.internal.wire.Constraints message) {
    String text =
        String.valueOf(
            assertThrows(BadMessageException.class, () -> Values.read(message)).getMessage());
    assertTrue(text.contains(words), text);
  }

  private static dev.dmabroker.remote.internal.wire.Constraints of(Field.Builder field) {
    return dev.dmabroker.remote.internal.wire.Constraints.newBuilder().addFields(field).build();
  }

  @Test
  void whatIsUnknownIsRefusedAndNotSkipped() {
    assertRefused(
        "does not know the constraint 'tomorrow'", of(Field.newBuilder().setName("tomorrow")));
    assertRefused(
        "contiguous needs a value of the form FLAG, not NUMBER",
        of(Field.newBuilder().setName("contiguous").setNumber(1)));
    assertRefused("contiguous needs a value", of(Field.newBuilder().setName("contiguous")));
    assertRefused(
        "addressBits is 4294967296",
        of(Field.newBuilder().setName("addressBits").setNumber(1L << 32)));
    assertRefused("maxSize", of(Field.newBuilder().setName("maxSizeBytes").setNumber(-5)));
    assertRefused(
        "'LUKEWARM' is no Caching",
        of(Field.newBuilder().setName("caching").setNames(Values.names(List.of("LUKEWARM")))));
    assertRefused(
        "names no value",
        of(Field.newBuilder().setName("caching").setNames(Values.names(List.of()))));
    Field.Builder twice = Field.newBuilder().setName("addressBits").setNumber(32);
    assertRefused("addressBits is set already", of(twice).toBuilder().addFields(twice).build());
    assertRefused("maxWidth is a field of pictures", of(Field.newBuilder().setName("maxWidth")));
    Wish deep =
        Wish.newBuilder().setWeight(1).setConstraints(Values.write(Constraints.none())).build();
    for (int depth = 0; depth < 3; depth++) {
      deep =
          Wish.newBuilder()
              .setWeight(1)
              .setConstraints(
                  dev.dmabroker.remote.internal.wire.Constraints.newBuilder().addWishes(deep))
              .build();
    }
    assertRefused(
        "wishes have no wishes",
        dev.dmabroker.remote.internal.wire.Constraints.newBuilder().addWishes(deep).build());
  }

  private static dev.dmabroker.remote.internal.wire.Constraints ofPictures(Field.Builder... all) {
    var rules = dev.dmabroker.remote.internal.wire.Constraints.PictureRules.newBuilder();
    for (Field.Builder field : all) {
      rules.addFields(field);
    }
    return dev.dmabroker.remote.internal.wire.Constraints.newBuilder().addPictures(rules).build();
  }

  @Test
  void aNumberOfPicturesIsAskedForAlone() throws Exception {
    Field.Builder maxWidth = Field.newBuilder().setName("maxWidth").setNumber(1920);
    ImageConstraints rules = Values.read(ofPictures(maxWidth)).images().get(0);
    assertEquals(1920, rules.number(ConstraintField.MAX_WIDTH));
    assertEquals(Integer.MAX_VALUE, rules.number(ConstraintField.MAX_HEIGHT));
    Field.Builder blockHeight = Field.newBuilder().setName("blockHeight").setNumber(16);
    rules = Values.read(ofPictures(blockHeight)).images().get(0);
    assertEquals(1, rules.number(ConstraintField.BLOCK_WIDTH));
    assertEquals(16, rules.number(ConstraintField.BLOCK_HEIGHT));
    assertRefused("maxWidth is set already", ofPictures(maxWidth, maxWidth));
  }

  @Test
  void bytesThatWereChangedAreReadOrRefused() {
    List<Constraints> all = constraints().toList();
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      byte[] bytes = Values.write(all.get(random.nextInt(all.size()))).toByteArray();
      for (int change = random.nextInt(4); change >= 0 && bytes.length > 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        Constraints unused =
            Values.read(dev.dmabroker.remote.internal.wire.Constraints.parseFrom(bytes));
      } catch (InvalidProtocolBufferException | BadMessageException e) {
        // That is what a service is told.
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  static Stream<BufferSpec> specs() {
    return Stream.of(
        BlobSpec.of(1),
        BlobSpec.of(Long.MAX_VALUE),
        BlobSpec.of(100, CompressedFormat.MJPEG),
        ImageSpec.of(1, 1, PixelFormat.GREY),
        ImageSpec.builder(1920, 1080, PixelFormat.NV12, PixelFormat.XRGB8888)
            .colorSpace(ColorSpace.BT2020_PQ)
            .build());
  }

  @ParameterizedTest
  @MethodSource("specs")
  void specsAndLayoutsCross(BufferSpec spec) throws Exception {
    assertEquals(spec, Specs.read(Specs.write(spec)));
    assertEquals(spec.layout(), Specs.read(Specs.write(spec.layout())));
  }

  @Test
  void badSpecsAreRefused() {
    var messages =
        List.of(
            dev.dmabroker.remote.internal.wire.BufferSpec.getDefaultInstance(),
            dev.dmabroker.remote.internal.wire.BufferSpec.newBuilder()
                .setBlob(dev.dmabroker.remote.internal.wire.Blob.newBuilder().setSizeBytes(-1))
                .build(),
            dev.dmabroker.remote.internal.wire.BufferSpec.newBuilder()
                .setPicture(
                    dev.dmabroker.remote.internal.wire.Picture.newBuilder()
                        .setWidth(1)
                        .setHeight(1))
                .build(),
            dev.dmabroker.remote.internal.wire.BufferSpec.newBuilder()
                .setPicture(
                    dev.dmabroker.remote.internal.wire.Picture.newBuilder()
                        .setWidth(1)
                        .setHeight(1)
                        .addFormats("NV13"))
                .build());
    for (var message : messages) {
      assertThrows(BadMessageException.class, () -> Specs.read(message), message::toString);
    }
  }
}
