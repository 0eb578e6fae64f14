package dev.dmabroker.spec;

import static dev.dmabroker.spec.PixelFormat.NV12;
import static dev.dmabroker.spec.PixelFormat.NV16;
import static dev.dmabroker.spec.PixelFormat.RGB24;
import static dev.dmabroker.spec.PixelFormat.XRGB8888;
import static dev.dmabroker.spec.PixelFormat.YUV420;
import static dev.dmabroker.spec.PixelFormat.YUYV;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How contents lie in memory. */
class BufferSpecTest {

  @Test
  void aFullHdFrameLiesAsEverybodyKnowsIt() {
    Layout nv12 = ImageSpec.of(1920, 1080, NV12).layout();
    assertEquals(1920 * 1080 * 3 / 2, nv12.sizeBytes());
    assertEquals(
        List.of(
            new Layout.Plane(0, 1920, 1920, 1080), new Layout.Plane(1920 * 1080, 1920, 1920, 540)),
        nv12.planes());
    assertEquals(1920 * 1080 * 2, ImageSpec.of(1920, 1080, YUYV).layout().sizeBytes());
    assertEquals(1920 * 1080 * 2, ImageSpec.of(1920, 1080, NV16).layout().sizeBytes());
    assertEquals(1920 * 1080 * 3, ImageSpec.of(1920, 1080, RGB24).layout().sizeBytes());
    assertEquals(1920 * 1080 * 4, ImageSpec.of(1920, 1080, XRGB8888).layout().sizeBytes());
  }

  @Test
  void subsampledPlanesOfOddSizesKeepTheLastColumnAndRow() {
    assertEquals(
        List.of(new Layout.Plane(0, 6, 5, 3), new Layout.Plane(18, 6, 6, 2)),
        ImageSpec.of(5, 3, NV12).layout().planes());
    assertEquals(
        List.of(
            new Layout.Plane(0, 6, 5, 3),
            new Layout.Plane(18, 3, 3, 2),
            new Layout.Plane(24, 3, 3, 2)),
        ImageSpec.of(5, 3, YUV420).layout().planes());
    assertEquals(
        List.of(new Layout.Plane(0, 6, 5, 3), new Layout.Plane(18, 6, 6, 3)),
        ImageSpec.of(5, 3, NV16).layout().planes(),
        "4:2:2 halves no rows");
    assertEquals(
        List.of(new Layout.Plane(0, 12, 12, 3)),
        ImageSpec.of(5, 3, YUYV).layout().planes(),
        "three pairs of pixels");
  }

  @Test
  void theSmallestImageHasAllItsPlanes() {
    assertEquals(2 + 2, ImageSpec.of(1, 1, NV12).layout().sizeBytes());
    assertEquals(2 + 1 + 1, ImageSpec.of(1, 1, YUV420).layout().sizeBytes());
    assertEquals(4, ImageSpec.of(1, 1, YUYV).layout().sizeBytes());
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

  @Test
  void sizesThatOverflowAreRefusedAndNeverWrapAround() {
    ImageSpec huge = ImageSpec.of(Integer.MAX_VALUE, Integer.MAX_VALUE, XRGB8888);
    var failure = assertThrows(IllegalArgumentException.class, huge::layout);
    assertEquals(huge + " is over 2^63 bytes", failure.getMessage());
  }

  @Test
  void aFormatThatOverflowsDoesNotLoseTheOthers() {
    ImageSpec huge = ImageSpec.of(Integer.MAX_VALUE, Integer.MAX_VALUE, XRGB8888, NV12);
    long luma = (1L << 31) * Integer.MAX_VALUE;
    assertEquals(luma + (1L << 31) * (1L << 30), huge.layout().sizeBytes());
    assertEquals(NV12, huge.layout().image().orElseThrow().format());
  }

  @Test
  void aPictureMayHaveSeveralFormatsAndNoneTwice() {
    ImageSpec spec = ImageSpec.of(2, 2, NV12, YUYV, NV12);
    assertEquals(List.of(NV12, YUYV), spec.formats());
    assertEquals(
        "2x2 [NV12, YUYV] REC709",
        spec.toBuilder().colorSpace(ColorSpace.REC709).build().toString());
    assertThrows(
        IllegalArgumentException.class, () -> new ImageSpec(2, 2, List.of(), Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void aBlobHasBytes(long sizeBytes) {
    var failure = assertThrows(IllegalArgumentException.class, () -> BlobSpec.of(sizeBytes));
    assertEquals("size must be at least 1 byte, is " + sizeBytes, failure.getMessage());
  }

  @Test
  void aBlobIsOneLine() {
    assertEquals(
        new Layout(4097, List.of(new Layout.Plane(0, 4097, 4097, 1))), BlobSpec.of(4097).layout());
    assertEquals(Long.MAX_VALUE, BlobSpec.of(Long.MAX_VALUE).layout().sizeBytes());
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

  @Test
  void anImageIsATemplateForAnother() {
    ImageSpec small =
        ImageSpec.builder(64, 48, PixelFormat.NV12).colorSpace(ColorSpace.REC709).build();
    ImageSpec large = small.toBuilder().size(1920, 1080).build();
    assertEquals("1920x1080 NV12 REC709", large.toString());
    assertEquals(
        "64x48 [YUYV, NV12] REC709",
        small.toBuilder().formats(PixelFormat.YUYV, PixelFormat.NV12).build().toString());
    assertEquals("64x48 NV12 REC709", small.toString());
    assertThrows(IllegalArgumentException.class, () -> small.toBuilder().size(0, 1).build());
  }
}
