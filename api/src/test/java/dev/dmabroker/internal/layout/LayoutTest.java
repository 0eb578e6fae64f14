package dev.dmabroker.internal.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.placement.ConstraintViews;
import dev.dmabroker.internal.placement.RandomProblems;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageConstraintsBuilder;
import dev.dmabroker.spec.ImageSize;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Layouts of pictures: strides, offsets and sizes, and who takes them. */
@Tag("arithmetic")
class LayoutTest {

  private static Rules rules(UnaryOperator<ImageConstraintsBuilder> asked) {
    return Rules.of(asked.apply(ImageConstraints.builder().anyModifier()).build(), 1);
  }

  private static String text(@Nullable Layout layout) {
    if (layout == null) {
      return "none";
    }
    Layout.Image image = layout.image().orElseThrow();
    return image.codedWidth()
        + "x"
        + image.codedHeight()
        + " strides "
        + layout.planes().stream().map(Layout.Plane::strideBytes).toList()
        + " offsets "
        + layout.planes().stream().map(Layout.Plane::offsetBytes).toList()
        + " size "
        + layout.sizeBytes();
  }

  private static Arguments laid(
      int width,
      int height,
      PixelFormat format,
      Modifier modifier,
      UnaryOperator<ImageConstraintsBuilder> asked,
      String expected) {
    return Arguments.of(ImageSpec.of(width, height, format), modifier, rules(asked), expected);
  }

  static Stream<Arguments> layouts() {
    Modifier linear = Modifier.LINEAR;
    PixelFormat nv12 = PixelFormat.NV12;
    PixelFormat yuv420 = PixelFormat.YUV420;
    return Stream.of(
        laid(6, 4, nv12, linear, b -> b, "6x4 strides [6, 6] offsets [0, 24] size 36"),
        // The last pixel of an odd row has chroma too, and the first plane's stride with it.
        laid(5, 3, nv12, linear, b -> b, "5x3 strides [6, 6] offsets [0, 18] size 30"),
        laid(5, 3, yuv420, linear, b -> b, "5x3 strides [6, 3, 3] offsets [0, 18, 24] size 30"),
        // Chroma's stride is half of the first, so that one is a multiple of twice as much.
        laid(
            6,
            4,
            yuv420,
            linear,
            b -> b.strideAlignment(16),
            "6x4 strides [32, 16, 16] offsets [0, 128, 160] size 192"),
        laid(
            6,
            4,
            PixelFormat.YUV410,
            linear,
            b -> b.strideAlignment(8),
            "6x4 strides [32, 8, 8] offsets [0, 128, 136] size 144"),
        // NV24's chroma is twice as long as its luma.
        laid(
            6,
            4,
            PixelFormat.NV24,
            linear,
            b -> b.strideAlignment(16),
            "6x4 strides [16, 32] offsets [0, 64] size 192"),
        laid(
            5,
            2,
            PixelFormat.RGB24,
            linear,
            b -> b.strideAlignment(4),
            "5x2 strides [16] offsets [0] size 32"),
        // The first plane's stride alone is a multiple, and chroma's follows.
        laid(
            6,
            4,
            yuv420,
            linear,
            b -> b.firstStrideAlignment(16),
            "6x4 strides [16, 8, 8] offsets [0, 64, 80] size 96"),
        laid(
            6,
            4,
            yuv420,
            linear,
            b -> b.firstStrideAlignment(6).strideAlignment(4),
            "6x4 strides [24, 12, 12] offsets [0, 96, 120] size 144"),
        laid(
            6,
            4,
            yuv420,
            linear,
            b -> b.firstStrideAlignment(16).maxStride(15 + 16),
            "6x4 strides [16, 8, 8] offsets [0, 64, 80] size 96"),
        // Rows of 16-bit words begin at even addresses, of 32-bit words at multiples of four.
        laid(
            6,
            4,
            PixelFormat.RGB565,
            linear,
            b -> b.minStride(13),
            "6x4 strides [14] offsets [0] size 56"),
        laid(
            6,
            4,
            PixelFormat.XRGB8888,
            linear,
            b -> b.strideAlignment(9),
            "6x4 strides [36] offsets [0] size 144"),
        laid(
            5,
            3,
            PixelFormat.P010,
            linear,
            b -> b.minStride(13).planeOffsetAlignment(3),
            "5x3 strides [14, 14] offsets [0, 42] size 70"),
        laid(
            5,
            3,
            PixelFormat.RGB24,
            linear,
            b -> b.minStride(17),
            "5x3 strides [17] offsets [0] size 51"),
        laid(6, 4, nv12, linear, b -> b.minStride(9), "6x4 strides [9, 9] offsets [0, 36] size 54"),
        laid(
            6,
            4,
            yuv420,
            linear,
            b -> b.minStride(9),
            "6x4 strides [10, 5, 5] offsets [0, 40, 50] size 60"),
        laid(6, 4, yuv420, linear, b -> b.minStride(9).maxStride(9), "none"),
        laid(6, 4, nv12, linear, b -> b.maxStride(6), "6x4 strides [6, 6] offsets [0, 24] size 36"),
        laid(6, 4, nv12, linear, b -> b.maxStride(5), "none"),
        laid(
            6,
            3,
            nv12,
            linear,
            b -> b.sizeAlignment(4, 2),
            "8x4 strides [8, 8] offsets [0, 32] size 48"),
        laid(
            6,
            4,
            nv12,
            linear,
            b -> b.minSize(10, 6),
            "10x6 strides [10, 10] offsets [0, 60] size 90"),
        laid(
            6,
            4,
            nv12,
            linear,
            b -> b.minSize(10, 6).sizeAlignment(4, 4),
            "12x8 strides [12, 12] offsets [0, 96] size 144"),
        laid(6, 4, nv12, linear, b -> b.maxSize(7, 7).sizeAlignment(4, 4), "none"),
        laid(6, 4, nv12, linear, b -> b.maxPixels(23), "none"),
        laid(
            6, 4, nv12, linear, b -> b.maxPixels(24), "6x4 strides [6, 6] offsets [0, 24] size 36"),
        laid(6, 4, nv12, linear, b -> b.displayAlignment(4, 1), "none"),
        laid(
            6,
            4,
            nv12,
            linear,
            b -> b.displayAlignment(3, 2),
            "6x4 strides [6, 6] offsets [0, 24] size 36"),
        // Blocks pad memory, not the coded picture.
        laid(
            6,
            4,
            nv12,
            linear,
            b -> b.blockPadding(8, 6),
            "6x4 strides [8, 8] offsets [0, 48] size 72"),
        laid(
            6,
            4,
            nv12,
            linear,
            b -> b.verticalPadding(3),
            "6x4 strides [6, 6] offsets [0, 42] size 66"),
        laid(6, 4, nv12, linear, b -> b.overRead(7), "6x4 strides [6, 6] offsets [0, 24] size 43"),
        laid(
            6,
            4,
            nv12,
            linear,
            b -> b.planeOffsetAlignment(32),
            "6x4 strides [6, 6] offsets [0, 32] size 44"),
        laid(
            6,
            4,
            nv12,
            linear,
            b -> b.startOffsetAlignment(4096),
            "6x4 strides [6, 6] offsets [0, 24] size 36"),
        laid(
            6,
            4,
            nv12,
            linear,
            b -> b.requiredSizes(ImageSize.of(2, 10), ImageSize.of(3, 2)),
            "6x4 strides [6, 6] offsets [0, 24] size 36"),
        laid(
            6,
            4,
            nv12,
            linear,
            b -> b.requiredSizes(ImageSize.of(8, 8), ImageSize.of(20, 1)),
            "6x4 strides [6, 6] offsets [0, 24] size 96"),
        laid(
            6,
            4,
            nv12,
            linear,
            b -> b.requiredSizes(ImageSize.of(8, 8)).maxSize(9, 9).sizeAlignment(5, 1),
            "none"),
        // A tile of 128 by 32: whole tiles across and down, in both planes.
        laid(
            130,
            40,
            nv12,
            Modifier.I915_Y_TILED,
            b -> b,
            "130x40 strides [256, 256] offsets [0, 16384] size 24576"),
        laid(
            130,
            40,
            nv12,
            Modifier.I915_Y_TILED,
            b -> b.verticalPadding(25).strideAlignment(384),
            "130x40 strides [384, 384] offsets [0, 36864] size 61440"),
        // A tile covers 16 by 16 pixels in every plane.
        laid(
            17,
            17,
            yuv420,
            Modifier.SAMSUNG_16_16_TILE,
            b -> b,
            "17x17 strides [32, 16, 16] offsets [0, 1024, 1280] size 1536"),
        laid(
            5,
            5,
            PixelFormat.XRGB8888,
            Modifier.VIVANTE_TILED,
            b -> b.overRead(1),
            "5x5 strides [32] offsets [0] size 257"));
  }

  private static Picture picture(ImageSpec spec) {
    return new Picture(spec.width(), spec.height(), spec.colorSpace());
  }

  private static @Nullable Layout layout(
      ImageSpec spec, PixelFormat format, Modifier modifier, Rules rules) {
    return ImageLayout.of(picture(spec), format, modifier, rules);
  }

  private static boolean accepts(Rules rules, ImageSpec spec, Layout layout, long sizeBytes) {
    return LayoutCheck.accepts(rules, picture(spec), layout, sizeBytes);
  }

  @ParameterizedTest(name = "{index} {0} {1}")
  @MethodSource("layouts")
  void isTheTightest(ImageSpec spec, Modifier modifier, Rules rules, String expected) {
    Layout layout = layout(spec, spec.format(), modifier, rules);
    assertEquals(expected, text(layout));
    if (layout != null) {
      assertTrue(accepts(rules, spec, layout, layout.sizeBytes()), "is taken by who asked for it");
      assertFalse(accepts(rules, spec, layout, layout.sizeBytes() - 1), "a byte less is not");
    }
  }

  @Test
  void contentsOfTiledPlanesAreWholeTiles() {
    Layout layout =
        assertNotNullAnd(
            layout(
                ImageSpec.of(130, 40, PixelFormat.NV12),
                PixelFormat.NV12,
                Modifier.I915_Y_TILED,
                rules(b -> b.strideAlignment(512))));
    assertEquals(
        List.of(
            new Layout.Plane(0, 512, 256, 64, 32), new Layout.Plane(64 * 512, 512, 256, 32, 32)),
        layout.planes());
  }

  @Test
  void rowsAfterAPictureOfTilesTakeAnotherRowOfTiles() {
    ImageSpec spec = ImageSpec.of(4, 4, PixelFormat.GREY);
    Layout layout =
        assertNotNullAnd(layout(spec, PixelFormat.GREY, Modifier.VIVANTE_TILED, rules(b -> b)));
    assertEquals(16, layout.sizeBytes());
    Rules padded = rules(b -> b.verticalPadding(1));
    assertFalse(accepts(padded, spec, layout, 31));
    assertTrue(accepts(padded, spec, layout, 32));
    ImageSpec low = ImageSpec.of(4, 1, PixelFormat.GREY);
    Layout one =
        assertNotNullAnd(layout(low, PixelFormat.GREY, Modifier.VIVANTE_TILED, rules(b -> b)));
    Rules after = rules(b -> b.overRead(8));
    assertFalse(accepts(after, low, one, 23), "the picture ends with its tile");
    assertTrue(accepts(after, low, one, 24));
  }

  @Test
  void aColorSpaceThatIsNotTakenHasNoLayout() {
    ImageSpec spec = ImageSpec.of(4, 4, PixelFormat.GREY);
    Rules srgb = rules(b -> b.colorSpaces(ColorSpace.SRGB));
    Rules rec709 = rules(b -> b.colorSpaces(ColorSpace.REC709));
    for (boolean said : new boolean[] {false, true}) {
      ImageSpec shown = said ? spec.toBuilder().colorSpace(ColorSpace.SRGB).build() : spec;
      assertNotNull(layout(shown, PixelFormat.GREY, Modifier.LINEAR, srgb));
      assertEquals(said, layout(shown, PixelFormat.GREY, Modifier.LINEAR, rec709) == null);
      Rules both = srgb.and(rec709);
      assertTrue(both == null || layout(shown, PixelFormat.GREY, Modifier.LINEAR, both) == null);
    }
  }

  private static <T> T assertNotNullAnd(@Nullable T value) {
    if (value == null) {
      throw new AssertionError("there is none");
    }
    return value;
  }

  @ParameterizedTest
  @EnumSource
  void stridesAreInTheRatioOfRows(PixelFormat format) {
    for (Modifier modifier : Modifier.computed()) {
      for (int step = 1; step <= 48 && modifier.supports(format); step++) {
        int alignment = step;
        Layout layout =
            assertNotNullAnd(
                layout(
                    ImageSpec.of(step, 3, format),
                    format,
                    modifier,
                    rules(b -> b.strideAlignment(alignment))));
        PixelFormat.Plane first = format.planes().get(0);
        for (int i = 0; i < layout.planes().size(); i++) {
          PixelFormat.Plane shape = format.planes().get(i);
          Layout.Plane plane = layout.planes().get(i);
          String at = modifier + " aligned to " + step + ": " + text(layout);
          assertEquals(0, plane.strideBytes() % step, at);
          assertEquals(0, plane.strideBytes() % modifier.tileBytes(format, i), at);
          assertEquals(0, plane.strideBytes() % format.grainBytes(), at);
          assertEquals(0, plane.offsetBytes() % format.grainBytes(), at);
          assertEquals(
              layout.planes().get(0).strideBytes() * first.pixelsPerGroup() * shape.bytesPerGroup(),
              plane.strideBytes() * shape.pixelsPerGroup() * first.bytesPerGroup(),
              at);
          assertTrue(plane.lineBytes() <= plane.strideBytes(), at);
        }
      }
    }
  }

  /**
   * What suits two devices together suits each. What one's layout suits the other by luck is what
   * they get together, but for what lies after the rows of a plane: of blocks, padding and bytes
   * that are read over, each is added, though one may do for another.
   */
  @Test
  @Tag("long")
  void whatSuitsBothSuitsEach() {
    int both = 0;
    int luck = 0;
    for (long seed = 0; seed < 20_000; seed++) {
      RandomProblems random = new RandomProblems(seed);
      ImageConstraints one = random.image(0.2, true, RandomProblems.MODIFIERS);
      ImageConstraints other = random.image(0.2, true, RandomProblems.MODIFIERS);
      if (one == null || other == null || !(random.spec() instanceof ImageSpec spec)) {
        continue;
      }
      Rules a = Rules.of(one, 1);
      Rules b = Rules.of(other, 1 + seed % 3);
      Rules ab = a.and(b);
      for (Modifier modifier : RandomProblems.MODIFIERS) {
        if (!modifier.supports(spec.format())) {
          continue;
        }
        String at = "seed " + seed + ": " + spec + " " + modifier + ", " + one + "; " + other;
        Layout layout = ab == null ? null : layout(spec, spec.format(), modifier, ab);
        if (ab != null && layout != null) {
          both++;
          assertTrue(accepts(a, spec, layout, layout.sizeBytes()), at);
          assertTrue(accepts(b, spec, layout, layout.sizeBytes()), at);
          assertTrue(accepts(ab, spec, layout, layout.sizeBytes()), at);
        }
        Layout its = layout(spec, spec.format(), modifier, b);
        if (its != null && accepts(a, spec, its, its.sizeBytes())) {
          // Colour spaces, and other pictures that have to fit, conflict whatever the layout.
          // Blocks of two devices are padded to common ones, though each would do with less.
          if (colorsMeet(a, b, spec) && noneRequired(a, b) && blocksNest(a, b)) {
            luck++;
            Layout shared = assertNotNullAnd(layout);
            assertEquals(
                inChosen(its, assertNotNullAnd(ab), spec), shared.image().orElseThrow(), at);
            assertEquals(strides(its), strides(shared), at);
            assertTrue(its.sizeBytes() <= shared.sizeBytes(), at);
          }
        }
      }
    }
    assertTrue(both > 2000 && luck > 2000, both + " layouts for both, " + luck + " by luck");
  }

  private static List<Long> strides(Layout layout) {
    return layout.planes().stream().map(Layout.Plane::strideBytes).toList();
  }

  /** How a picture is stored, but in the colour space that rules choose. */
  private static Layout.Image inChosen(Layout layout, Rules rules, ImageSpec spec) {
    Layout.Image its = layout.image().orElseThrow();
    return new Layout.Image(
        its.format(),
        its.modifier(),
        its.codedWidth(),
        its.codedHeight(),
        rules.chosen(spec.colorSpace()));
  }

  private static boolean colorsMeet(Rules a, Rules b, ImageSpec spec) {
    return spec.colorSpace().isPresent()
        ? a.takes(spec.colorSpace()) && b.takes(spec.colorSpace())
        : Stream.of(ColorSpace.values())
            .map(space -> spec.toBuilder().colorSpace(space).build())
            .anyMatch(each -> a.takes(each.colorSpace()) && b.takes(each.colorSpace()));
  }

  private static boolean noneRequired(Rules a, Rules b) {
    return a.requiredSizes().isEmpty() && b.requiredSizes().isEmpty();
  }

  private static boolean blocksNest(Rules a, Rules b) {
    return Stream.of(ConstraintField.BLOCK_WIDTH, ConstraintField.BLOCK_HEIGHT)
        .allMatch(each -> b.number(each) % a.number(each) == 0);
  }

  private static final List<ConstraintField> LARGE =
      List.of(
          ConstraintField.STRIDE_ALIGNMENT,
          ConstraintField.PLANE_OFFSET_ALIGNMENT,
          ConstraintField.MIN_STRIDE,
          ConstraintField.OVER_READ);

  /** Either there is no layout, or its numbers are right in arithmetic without bounds. */
  @Test
  @Tag("long")
  void nothingWrapsAround() {
    SplittableRandom random = new SplittableRandom(11);
    int none = 0;
    int some = 0;
    for (int i = 0; i < 50_000; i++) {
      PixelFormat format =
          RandomProblems.FORMATS.get(random.nextInt(RandomProblems.FORMATS.size()));
      ImageConstraintsBuilder asked = ImageConstraints.builder().anyModifier();
      for (ConstraintField field : LARGE) {
        long value = 1 + (random.nextLong(Long.MAX_VALUE) >>> random.nextInt(63));
        if (random.nextInt(3) == 0) {
          switch (field) {
            case STRIDE_ALIGNMENT -> asked.strideAlignment(value);
            case PLANE_OFFSET_ALIGNMENT -> asked.planeOffsetAlignment(value);
            case MIN_STRIDE -> asked.minStride(value);
            default -> asked.overRead(value);
          }
        }
      }
      int width = 1 + (random.nextInt(Integer.MAX_VALUE) >>> random.nextInt(31));
      int height = 1 + (random.nextInt(Integer.MAX_VALUE) >>> random.nextInt(31));
      if (random.nextInt(3) == 0) {
        asked.sizeAlignment(width, 1 + (height >>> 3));
        asked.blockPadding(1 + (width >>> 2), height);
        asked.verticalPadding(height);
      }
      ImageConstraints built = asked.build();
      Rules rules = Rules.of(built, 1);
      Layout layout = ImageLayout.of(width, height, format, Modifier.LINEAR, rules);
      if (layout == null) {
        none++;
        continue;
      }
      some++;
      check(layout, format, rules, width + "x" + height + " " + format + " " + built);
    }
    assertTrue(none > 5000 && some > 5000, none + " without and " + some + " with a layout");
  }

  private static void check(Layout layout, PixelFormat format, Rules rules, String at) {
    BigInteger end = BigInteger.ZERO;
    for (int i = 0; i < layout.planes().size(); i++) {
      Layout.Plane plane = layout.planes().get(i);
      assertTrue(plane.strideBytes() > 0 && plane.lines() > 0 && plane.offsetBytes() >= 0, at);
      assertTrue(plane.lineBytes() <= plane.strideBytes(), at);
      assertEquals(0, plane.strideBytes() % rules.number(ConstraintField.STRIDE_ALIGNMENT), at);
      assertEquals(
          0, plane.offsetBytes() % rules.number(ConstraintField.PLANE_OFFSET_ALIGNMENT), at);
      assertTrue(BigInteger.valueOf(plane.offsetBytes()).compareTo(end) >= 0, at);
      end =
          BigInteger.valueOf(plane.offsetBytes())
              .add(
                  BigInteger.valueOf(plane.strideBytes())
                      .multiply(BigInteger.valueOf(plane.lines())));
    }
    end = end.add(BigInteger.valueOf(rules.number(ConstraintField.OVER_READ)));
    assertTrue(end.compareTo(BigInteger.valueOf(layout.sizeBytes())) <= 0, at);
    assertTrue(layout.planes().size() == format.planes().size(), at);
  }

  @Test
  void aStrideThatOverflowsInOnePlaneOnlyIsNoLayout() {
    // Chroma's stride is a half or a quarter of the first plane's.
    for (PixelFormat format : PixelFormat.values()) {
      for (long alignment : new long[] {1L << 62, 3L << 61, 5L << 60, Long.MAX_VALUE}) {
        ImageSpec spec = ImageSpec.of(8, 2, format);
        assertNull(
            layout(spec, format, Modifier.LINEAR, rules(b -> b.strideAlignment(alignment))),
            () -> format + " " + alignment);
      }
    }
  }

  @Test
  void anOverReadOfAllMemoryIsNotMet() {
    for (PixelFormat format : RandomProblems.FORMATS) {
      ImageSpec spec = ImageSpec.of(4, 4, format);
      Layout layout = spec.layout();
      Rules all = rules(b -> b.overRead(Long.MAX_VALUE));
      assertFalse(accepts(all, spec, layout, layout.sizeBytes()), format::toString);
      assertFalse(accepts(all, spec, layout, Long.MAX_VALUE), format::toString);
      assertNull(layout(spec, format, Modifier.LINEAR, all), format::toString);
    }
  }

  @Test
  void stridesOfAllPicturesAndOfSomeCombine() {
    Rules both = Rules.of(ImageConstraints.builder().strideAlignment(6).build(), 4);
    assertEquals(12, both.number(ConstraintField.STRIDE_ALIGNMENT));
    Constraints of =
        Constraints.builder()
            .strideAlignment(4)
            .image(ImageConstraints.builder().formats(PixelFormat.GREY).strideAlignment(6))
            .build();
    assertEquals("4 or 6", ConstraintViews.get().text(of, ConstraintField.STRIDE_ALIGNMENT));
  }

  /** What a device takes of a picture of 6x4 pixels in memory of its own size. */
  private static boolean takes(UnaryOperator<ImageConstraintsBuilder> asked) {
    ImageSpec spec = ImageSpec.of(6, 4, PixelFormat.GREY);
    Layout layout = assertNotNullAnd(layout(spec, spec.format(), Modifier.LINEAR, Rules.NONE));
    return accepts(rules(asked), spec, layout, layout.sizeBytes());
  }

  /** As memory from elsewhere may have it. */
  @Test
  void rowsThatBeginWithinAWordAreNotTaken() {
    ImageSpec spec = ImageSpec.of(6, 4, PixelFormat.RGB565);
    Layout.Image image = new Layout.Image(PixelFormat.RGB565, Modifier.LINEAR, 6, 4);
    for (Layout.Plane plane :
        List.of(new Layout.Plane(0, 13, 12, 4), new Layout.Plane(1, 14, 12, 4))) {
      Layout odd = new Layout(100, List.of(plane), Optional.of(image));
      assertFalse(accepts(Rules.NONE, spec, odd, 100), odd::toString);
    }
    Layout even = new Layout(100, List.of(new Layout.Plane(2, 14, 12, 4)), Optional.of(image));
    assertTrue(accepts(Rules.NONE, spec, even, 100));
  }

  @Test
  void aPictureOfJustTheSizeIsTakenAndOneThatIsOffByOneIsNot() {
    UnaryOperator<ImageConstraintsBuilder> just =
        b -> b.minSize(6, 4).maxSize(6, 4).maxPixels(24).minStride(6).maxStride(6);
    assertTrue(takes(just));
    assertEquals(
        "6x4 strides [6] offsets [0] size 24",
        text(ImageLayout.of(6, 4, PixelFormat.GREY, Modifier.LINEAR, rules(just))));
    assertFalse(takes(b -> b.minSize(7, 4)));
    assertFalse(takes(b -> b.minSize(6, 5)));
    assertFalse(takes(b -> b.maxSize(5, 4)));
    assertFalse(takes(b -> b.maxSize(6, 3)));
    assertFalse(takes(b -> b.maxPixels(23)));
    assertFalse(takes(b -> b.minStride(7)));
    assertFalse(takes(b -> b.maxStride(5)));
    assertFalse(takes(b -> b.overRead(1)), "there is no room for it");
  }
}
