package dev.dmabroker;

import static dev.dmabroker.PixelFormat.NV12;
import static dev.dmabroker.PixelFormat.NV16;
import static dev.dmabroker.PixelFormat.RGB24;
import static dev.dmabroker.PixelFormat.XRGB8888;
import static dev.dmabroker.PixelFormat.YUV420;
import static dev.dmabroker.PixelFormat.YUYV;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How contents lie in memory. */
class BufferSpecTest {

  @Test
  void aFullHdFrameLiesAsEverybodyKnowsIt() {
    Layout nv12 = ImageSpec.of(1920, 1080, NV12).layout(1);
    assertEquals(1920 * 1080 * 3 / 2, nv12.sizeBytes());
    assertEquals(
        List.of(
            new Layout.Plane(0, 1920, 1920, 1080), new Layout.Plane(1920 * 1080, 1920, 1920, 540)),
        nv12.planes());
    assertEquals(1920 * 1080 * 2, ImageSpec.of(1920, 1080, YUYV).layout(1).sizeBytes());
    assertEquals(1920 * 1080 * 2, ImageSpec.of(1920, 1080, NV16).layout(1).sizeBytes());
    assertEquals(1920 * 1080 * 3, ImageSpec.of(1920, 1080, RGB24).layout(1).sizeBytes());
    assertEquals(1920 * 1080 * 4, ImageSpec.of(1920, 1080, XRGB8888).layout(1).sizeBytes());
  }

  @Test
  void subsampledPlanesOfOddSizesKeepTheLastColumnAndRow() {
    assertEquals(
        new Layout(
            15 + 2 * 6, List.of(new Layout.Plane(0, 5, 5, 3), new Layout.Plane(15, 6, 6, 2))),
        ImageSpec.of(5, 3, NV12).layout(1));
    assertEquals(
        new Layout(
            15 + 6 + 6,
            List.of(
                new Layout.Plane(0, 5, 5, 3),
                new Layout.Plane(15, 3, 3, 2),
                new Layout.Plane(21, 3, 3, 2))),
        ImageSpec.of(5, 3, YUV420).layout(1));
    assertEquals(
        new Layout(
            15 + 3 * 6, List.of(new Layout.Plane(0, 5, 5, 3), new Layout.Plane(15, 6, 6, 3))),
        ImageSpec.of(5, 3, NV16).layout(1),
        "4:2:2 halves no rows");
    assertEquals(
        new Layout(3 * 12, List.of(new Layout.Plane(0, 12, 12, 3))),
        ImageSpec.of(5, 3, YUYV).layout(1),
        "three pairs of pixels");
  }

  @Test
  void theSmallestImageHasAllItsPlanes() {
    assertEquals(1 + 2, ImageSpec.of(1, 1, NV12).layout(1).sizeBytes());
    assertEquals(1 + 1 + 1, ImageSpec.of(1, 1, YUV420).layout(1).sizeBytes());
    assertEquals(4, ImageSpec.of(1, 1, YUYV).layout(1).sizeBytes());
  }

  @Test
  void stridesAreRoundedUpAndOffsetsFollow() {
    Layout layout = ImageSpec.of(1366, 768, NV12).layout(64);
    assertEquals(
        List.of(
            new Layout.Plane(0, 1408, 1366, 768), new Layout.Plane(1408 * 768, 1408, 1366, 384)),
        layout.planes());
    assertEquals(1408 * (768 + 384), layout.sizeBytes());
    assertEquals(
        96, ImageSpec.of(30, 1, RGB24).layout(48).planes().get(0).strideBytes(), "no power of two");
  }

  @ParameterizedTest
  @EnumSource
  void planesFollowOneAnotherWithoutGapOrOverlap(PixelFormat format) {
    for (int width = 1; width <= 17; width++) {
      for (int height = 1; height <= 9; height++) {
        for (long alignment : new long[] {1, 3, 16, 4096}) {
          Layout layout = ImageSpec.of(width, height, format).layout(alignment);
          long offset = 0;
          for (Layout.Plane plane : layout.planes()) {
            assertEquals(offset, plane.offsetBytes());
            assertEquals(0, plane.strideBytes() % alignment);
            assertTrue(plane.strideBytes() >= plane.lineBytes());
            assertTrue(plane.strideBytes() - plane.lineBytes() < alignment, "tightest");
            offset += plane.strideBytes() * plane.lines();
          }
          assertEquals(offset, layout.sizeBytes());
          assertEquals(format.planes().size(), layout.planes().size());
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0,1", "1,0", "-1,1", "1,-1", "-2147483648,5"})
  void anImageHasPixels(int width, int height) {
    var failure =
        assertThrows(IllegalArgumentException.class, () -> ImageSpec.of(width, height, NV12));
    assertEquals(
        "width and height must be at least 1 pixel, are " + width + " x " + height,
        failure.getMessage());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void aStrideAlignmentIsPositive(long alignment) {
    var failure =
        assertThrows(
            IllegalArgumentException.class, () -> ImageSpec.of(2, 2, NV12).layout(alignment));
    assertEquals("stride alignment must be at least 1 byte, is " + alignment, failure.getMessage());
  }

  @Test
  void sizesThatOverflowAreRefusedAndNeverWrapAround() {
    ImageSpec huge = ImageSpec.of(Integer.MAX_VALUE, Integer.MAX_VALUE, XRGB8888);
    assertRefused(huge, 1);
    ImageSpec small = ImageSpec.of(16, 16, XRGB8888);
    assertRefused(small, Long.MAX_VALUE);
    assertRefused(small, Long.MAX_VALUE / 2);
    assertRefused(ImageSpec.of(1, 1, YUV420), Long.MAX_VALUE); // Each plane fits, all do not.
    assertEquals(Long.MAX_VALUE, ImageSpec.of(1, 1, XRGB8888).layout(Long.MAX_VALUE).sizeBytes());
    assertEquals(
        (1L << 31) * 4 * ((1L << 29) - 1),
        ImageSpec.of(Integer.MAX_VALUE, (1 << 29) - 1, XRGB8888).layout(1 << 30).sizeBytes(),
        "just within 2^63");
  }

  private static void assertRefused(ImageSpec spec, long alignment) {
    var failure = assertThrows(IllegalArgumentException.class, () -> spec.layout(alignment));
    assertEquals(
        spec + " with rows aligned to " + alignment + " bytes is over 2^63 bytes",
        failure.getMessage());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void aBlobHasBytes(long sizeBytes) {
    var failure = assertThrows(IllegalArgumentException.class, () -> BlobSpec.of(sizeBytes));
    assertEquals("size must be at least 1 byte, is " + sizeBytes, failure.getMessage());
  }

  @Test
  void aBlobIsOneLineWhateverTheStride() {
    for (long alignment : new long[] {1, 64, Long.MAX_VALUE}) {
      assertEquals(
          new Layout(4097, List.of(new Layout.Plane(0, 4097, 4097, 1))),
          BlobSpec.of(4097).layout(alignment));
    }
    assertEquals(Long.MAX_VALUE, BlobSpec.of(Long.MAX_VALUE).layout(1).sizeBytes());
  }

  @Test
  void specsReadAsWhatTheyHold() {
    ImageSpec image = ImageSpec.of(1920, 1080, NV12);
    assertEquals("1920x1080 NV12", image.toString());
    assertEquals(Optional.of(image), image.image());
    assertEquals("5 bytes", BlobSpec.of(5).toString());
    assertEquals(Optional.empty(), BlobSpec.of(5).image());
  }

  @Test
  void aLayoutCopiesItsPlanes() {
    List<Layout.Plane> planes = new ArrayList<>(List.of(new Layout.Plane(0, 1, 1, 1)));
    Layout layout = new Layout(1, planes);
    planes.clear();
    assertEquals(1, layout.planes().size());
    assertThrows(UnsupportedOperationException.class, () -> layout.planes().clear());
  }
}
