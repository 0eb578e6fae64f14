package dev.dmabroker.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class V4l2FormatTest {
  @ParameterizedTest
  @EnumSource(
      value = PixelFormat.class,
      names = {"GREY", "YUYV", "NV12", "NV16", "NV24", "P010", "YUV420", "YUV410", "RGB24"})
  void tightPlanesLieAsTheBrokerLaysThem(PixelFormat pixels) {
    Layout tight = ImageSpec.of(1280, 720, pixels).layout();
    V4l2Format format =
        new V4l2Format(
            1280,
            720,
            pixels.v4l2Code(),
            (int) tight.planes().get(0).strideBytes(),
            (int) tight.sizeBytes());
    assertEquals(tight, format.layout());
  }

  @Test
  void stridesKeepTheirRatio() {
    V4l2Format format = new V4l2Format(1280, 720, PixelFormat.YUV420.v4l2Code(), 1536, 1_700_000);
    assertEquals(
        List.of(
            new Layout.Plane(0, 1536, 1280, 720),
            new Layout.Plane(1536 * 720, 768, 640, 360),
            new Layout.Plane(1536 * 720 + 768 * 360, 768, 640, 360)),
        format.layout().planes());
    assertEquals(1_700_000, format.layout().sizeBytes());
  }

  @Test
  void anUnknownFormatIsBytes() {
    int fwht = 'F' | 'W' << 8 | 'H' << 16 | 'T' << 24;
    assertEquals(BlobSpec.of(5000).layout(), new V4l2Format(1280, 720, fwht, 0, 5000).layout());
    V4l2Format unset = new V4l2Format(1280, 720, fwht, 0, 0);
    assertThrows(IllegalArgumentException.class, unset::layout);
  }

  @Test
  void numbersThatCannotBeAreNoLayout() {
    int yuv420 = PixelFormat.YUV420.v4l2Code();
    for (V4l2Format format :
        List.of(
            new V4l2Format(1280, 720, yuv420, 0, 1_700_000),
            new V4l2Format(1280, 720, yuv420, 1279, 1_700_000),
            new V4l2Format(1279, 720, yuv420, 1279, 1_700_000),
            new V4l2Format(1280, 720, yuv420, 1280, 1_382_399))) {
      assertThrows(IllegalArgumentException.class, format::layout, format.toString());
    }
  }
}
