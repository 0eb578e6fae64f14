package dev.dmabroker.spec;

import static dev.dmabroker.testing.Fixture.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layouts whose numbers contradict one another cannot be made, and the error says why. */
class LayoutTest {
  private static final long MAX = Long.MAX_VALUE;

  private static final Layout.Image TILED =
      new Layout.Image(PixelFormat.NV12, Modifier.I915_Y_TILED, 130, 40);
  private static final Layout.Plane LUMA = new Layout.Plane(0, 512, 256, 64, 32);
  private static final Layout.Plane CHROMA = new Layout.Plane(32_768, 512, 256, 32, 32);

  private static Arguments plane(
      long offsetBytes,
      long strideBytes,
      long lineBytes,
      long lines,
      int tileLines,
      String... says) {
    return Arguments.of(
        (Executable) () -> new Layout.Plane(offsetBytes, strideBytes, lineBytes, lines, tileLines),
        says);
  }

  private static Arguments layout(long sizeBytes, List<Layout.Plane> planes, String... says) {
    return Arguments.of((Executable) () -> new Layout(sizeBytes, planes), says);
  }

  private static Arguments image(
      PixelFormat format, Modifier modifier, int width, int height, String... says) {
    return Arguments.of((Executable) () -> new Layout.Image(format, modifier, width, height), says);
  }

  private static Arguments tiled(Layout.Plane luma, Layout.Plane chroma, String... says) {
    return Arguments.of(
        (Executable) () -> new Layout(1 << 20, List.of(luma, chroma), Optional.of(TILED)), says);
  }

  static Stream<Arguments> contradictions() {
    return Stream.of(
        plane(-1, 1, 1, 1, 1, "offsetBytes=-1", "at least 0"),
        plane(0, 1, 1, 1, 0, "tileLines=0", "at least 1"),
        plane(0, 1, 0, 1, 1, "lineBytes=0", "at least 1"),
        plane(0, 255, 256, 1, 1, "strideBytes=255", "256 bytes of the one before"),
        plane(0, Long.MIN_VALUE, 1, 1, 1, "strideBytes=" + Long.MIN_VALUE),
        plane(0, 1, 1, 0, 1, "lines=0"),
        plane(0, 1, 1, -4, 4, "lines=-4"),
        plane(0, 16, 16, 16, 1000, "lines=16", "a multiple of the 1000 lines of a tile"),
        plane(0, MAX / 2 + 1, 1, 2, 1, "2 such lines after 0 bytes end over 2^63"),
        plane(1, MAX, 1, 1, 1, "1 such lines after 1 bytes end over 2^63"),
        plane(MAX, 1, 1, 1, 1, "end over 2^63"),
        layout(1, List.of(), "no plane"),
        layout(0, List.of(new Layout.Plane(0, 1, 1, 1)), "sizeBytes=0", "end at 1"),
        layout(MAX - 1, List.of(new Layout.Plane(0, MAX, MAX, 1)), "end at " + MAX),
        // The last row needs no memory for its padding, but all of its tiles.
        layout(255, List.of(new Layout.Plane(0, 60, 32, 8, 4)), "end at 368"),
        layout(
            100,
            List.of(new Layout.Plane(0, 20, 10, 3), new Layout.Plane(49, 1, 1, 1)),
            "plane 1 cannot have offsetBytes=49",
            "the plane before it ends at 50"),
        layout(
            100,
            List.of(new Layout.Plane(50, 1, 1, 1), new Layout.Plane(0, 1, 1, 1)),
            "give planes in order"),
        image(PixelFormat.GREY, Modifier.LINEAR, 0, 1, "GREY", "a coded size of 0x1"),
        image(PixelFormat.GREY, Modifier.LINEAR, 1, -1, "a coded size of 1x-1"),
        image(
            PixelFormat.GREY,
            Modifier.ALLWINNER_TILED,
            64,
            64,
            "a picture of GREY cannot have the modifier ALLWINNER_TILED",
            "LINEAR is for all"),
        Arguments.of(
            (Executable) () -> new Layout(1 << 20, List.of(LUMA), Optional.of(TILED)),
            new String[] {"a picture of 130x40 NV12 I915_Y_TILED", "1 planes", "the format has 2"}),
        tiled(
            new Layout.Plane(0, 512, 256, 64, 1),
            CHROMA,
            "plane 0 of a picture of 130x40 NV12 I915_Y_TILED",
            "tileLines=1:",
            "make it 32"),
        tiled(new Layout.Plane(0, 512, 130, 64, 32), CHROMA, "lineBytes=130", "make it 256"),
        tiled(new Layout.Plane(0, 512, 512, 64, 32), CHROMA, "lineBytes=512", "make it 256"),
        tiled(new Layout.Plane(0, 512, 256, 32, 32), CHROMA, "lines=32", "make it 64"),
        tiled(new Layout.Plane(0, 300, 256, 64, 32), CHROMA, "strideBytes=300", "multiple of 128"),
        tiled(
            LUMA,
            new Layout.Plane(32_896, 512, 256, 32, 32),
            "plane 1 of a picture",
            "offsetBytes=32896",
            "multiple of 4096"),
        tiled(LUMA, new Layout.Plane(32_768, 512, 256, 64, 32), "plane 1", "lines=64"));
  }

  @ParameterizedTest
  @MethodSource("contradictions")
  void contradictionsAreRefused(Executable made, String[] says) {
    assertSays(assertThrows(IllegalArgumentException.class, made), says);
  }

  @Test
  void whatLiesBetweenContentsIsFree() {
    Layout layout =
        new Layout(
            1 << 20,
            List.of(
                new Layout.Plane(4096, 640, 256, 64, 32),
                new Layout.Plane(49_152, 256, 256, 32, 32)),
            Optional.of(TILED));
    assertEquals(640, layout.planes().get(0).strideBytes());
    // To the last byte that a number can name.
    assertEquals(MAX, new Layout(MAX, List.of(new Layout.Plane(0, MAX, MAX, 1))).sizeBytes());
    // Planes may touch, and the last line of each may lack its padding.
    Layout touching =
        new Layout(51, List.of(new Layout.Plane(0, 20, 10, 3), new Layout.Plane(50, 9, 1, 1)));
    assertEquals(2, touching.planes().size());
  }

  @Test
  void aLayoutSaysHowPlanesLie() {
    assertEquals(
        "3110400 bytes of NV12 1920x1080 LINEAR in planes"
            + " [offset 0, stride 1920, lines 1080, bytes per line 1920,"
            + " offset 2073600, stride 1920, lines 540, bytes per line 1920]",
        ImageSpec.of(1920, 1080, PixelFormat.NV12).layout().toString());
    assertEquals(
        "4096 bytes in planes [offset 0, stride 4096, lines 1, bytes per line 4096]",
        BlobSpec.of(4096).layout().toString());
    assertEquals(
        "offset 0, stride 512, lines 32, bytes per line 256, lines per tile 32",
        new Layout.Plane(0, 512, 256, 32, 32).toString());
    assertEquals(
        "NV12 640x480 LINEAR " + ColorSpace.REC709,
        new Layout.Image(
                PixelFormat.NV12, Modifier.LINEAR, 640, 480, Optional.of(ColorSpace.REC709))
            .toString());
  }

  @Test
  void layoutsAreEqualIfAllNumbersAre() {
    assertApart(
        new Layout.Plane(0, 512, 256, 64, 32),
        new Layout.Plane(0, 512, 256, 64, 32),
        new Layout.Plane(4096, 512, 256, 64, 32),
        new Layout.Plane(0, 1024, 256, 64, 32),
        new Layout.Plane(0, 512, 512, 64, 32),
        new Layout.Plane(0, 512, 256, 32, 32),
        new Layout.Plane(0, 512, 256, 64, 16));
    Optional<ColorSpace> srgb = Optional.of(ColorSpace.SRGB);
    assertApart(
        new Layout.Image(PixelFormat.NV12, Modifier.LINEAR, 640, 480, srgb),
        new Layout.Image(PixelFormat.NV12, Modifier.LINEAR, 640, 480, srgb),
        new Layout.Image(PixelFormat.NV16, Modifier.LINEAR, 640, 480, srgb),
        new Layout.Image(PixelFormat.NV12, Modifier.I915_Y_TILED, 640, 480, srgb),
        new Layout.Image(PixelFormat.NV12, Modifier.LINEAR, 641, 480, srgb),
        new Layout.Image(PixelFormat.NV12, Modifier.LINEAR, 640, 481, srgb),
        new Layout.Image(PixelFormat.NV12, Modifier.LINEAR, 640, 480));
    Optional<Layout.Image> image = ImageSpec.of(64, 64, PixelFormat.NV12).layout().image();
    Layout.Plane luma = new Layout.Plane(0, 64, 64, 64);
    Layout.Plane chroma = new Layout.Plane(4096, 64, 64, 32);
    Layout.Plane later = new Layout.Plane(4160, 64, 64, 32);
    assertApart(
        new Layout(8192, List.of(luma, chroma), image),
        new Layout(8192, List.of(luma, chroma), image),
        new Layout(8193, List.of(luma, chroma), image),
        new Layout(8192, List.of(luma, later), image),
        new Layout(8192, List.of(luma, chroma)));
  }

  /** Checks that the first equals its twin, and none of the others. */
  private static void assertApart(Object first, Object twin, Object... others) {
    assertEquals(first, twin);
    assertEquals(first.hashCode(), twin.hashCode());
    for (Object other : others) {
      assertNotEquals(first, other);
      assertNotEquals(first.hashCode(), other.hashCode());
    }
    assertNotEquals(first, "text");
  }
}
