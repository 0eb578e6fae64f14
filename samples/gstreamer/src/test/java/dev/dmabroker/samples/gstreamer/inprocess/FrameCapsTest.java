package dev.dmabroker.samples.gstreamer.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.samples.gstreamer.GStreamer;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import java.util.List;
import java.util.Optional;
import org.freedesktop.gstreamer.Caps;
import org.junit.jupiter.api.Test;

class FrameCapsTest {
  private static final FrameRate RATE = new FrameRate(30_000, 1001);
  private static final String REST = ", width=64, height=32, framerate=30000/1001";

  private static Layout layout(PixelFormat format, Modifier modifier) {
    return new Layout(
        1 << 16,
        List.of(new Layout.Plane(0, 512, 512, 32, modifier.tileLines(format, 0))),
        Optional.of(new Layout.Image(format, modifier, 64, 32)));
  }

  @Test
  void memoryThatIsNoDmaBufHasPlainCaps() {
    assertEquals(
        List.of("video/x-raw, format=NV12" + REST),
        FrameCaps.of(ImageSpec.of(64, 32, PixelFormat.NV12).layout(), RATE, false, true));
  }

  @Test
  void aDmaBufSaysSoFirst() {
    Layout layout = ImageSpec.of(64, 32, PixelFormat.GREY).layout();
    assertEquals(
        List.of(
            "video/x-raw(memory:DMABuf), format=DMA_DRM, drm-format=\"R8  \"" + REST,
            "video/x-raw(memory:DMABuf), format=GRAY8" + REST,
            "video/x-raw, format=GRAY8" + REST),
        FrameCaps.of(layout, RATE, true, true));
    assertEquals(2, FrameCaps.of(layout, RATE, true, false).size());
  }

  @Test
  void tilesHaveADrmFormatOrNone() {
    Layout tiled = layout(PixelFormat.XRGB8888, Modifier.I915_X_TILED);
    assertEquals(
        List.of(
            "video/x-raw(memory:DMABuf), format=DMA_DRM, drm-format=\"XR24:0x0100000000000001\""
                + REST),
        FrameCaps.of(tiled, RATE, true, true));
    for (boolean dmaBuf : new boolean[] {false, true}) {
      GstMemoryException e =
          assertThrows(GstMemoryException.class, () -> FrameCaps.of(tiled, RATE, dmaBuf, !dmaBuf));
      assertTrue(e.toString().contains("XRGB8888"), e.toString());
    }
  }

  @Test
  void bytesAreNoPicture() {
    GstMemoryException e =
        assertThrows(
            GstMemoryException.class,
            () -> FrameCaps.of(BlobSpec.of(64).layout(), RATE, false, false));
    assertTrue(e.toString().contains("ImageSpec"), e.toString());
  }

  @Test
  void theFirstThatTheNextElementTakesIsChosen() {
    GStreamer.needs();
    List<String> offered =
        FrameCaps.of(ImageSpec.of(64, 32, PixelFormat.NV12).layout(), RATE, true, false);
    Caps any = Caps.anyCaps();
    assertEquals(offered.get(0), FrameCaps.choose("src", offered, any));
    Caps plain = Caps.fromString("video/x-raw, format={I420, NV12}");
    assertEquals(offered.get(1), FrameCaps.choose("src", offered, plain));
    Caps none = Caps.fromString("video/x-raw, format=NV12, width=32");
    CapsMismatchException e =
        assertThrows(CapsMismatchException.class, () -> FrameCaps.choose("src", offered, none));
    assertEquals(offered, e.offered());
  }

  /** As vivid's output does. */
  @Test
  void whatTheNextElementAsksForIsAdded() {
    GStreamer.needs();
    List<String> offered =
        FrameCaps.of(ImageSpec.of(64, 32, PixelFormat.NV12).layout(), RATE, true, false);
    Caps driver =
        Caps.fromString(
            "video/x-raw, format=YUY2, colorimetry={ bt601 };"
                + "video/x-raw, format=NV12, interlace-mode=progressive, colorimetry={ 2:4:7:1 }");
    String chosen = FrameCaps.choose("src", offered, driver);
    Caps caps = Caps.fromString(chosen);
    assertTrue(caps.isFixed(), chosen);
    assertTrue(caps.isAlwaysCompatible(driver), chosen);
    assertTrue(chosen.contains("colorimetry=(string)2:4:7:1"), chosen);
    Caps fields = Caps.fromString("video/x-raw, format=NV12, interlace-mode=interleaved");
    assertThrows(CapsMismatchException.class, () -> FrameCaps.choose("src", offered, fields));
  }

  /** GStreamer reads the names of colours as the caps' own. */
  @Test
  void coloursAreSaid() {
    GStreamer.needs();
    for (ColorSpace space : ColorSpace.values()) {
      Layout layout =
          ImageSpec.builder(64, 32, PixelFormat.NV12).colorSpace(space).build().layout();
      Caps caps = Caps.fromString(FrameCaps.of(layout, RATE, false, false).get(0));
      assertTrue(caps.isFixed(), caps.toString());
      GstNative.VideoInfo info = new GstNative.VideoInfo();
      assertEquals(
          1,
          GstNative.video()
              .gst_video_info_from_caps(
                  info, org.freedesktop.gstreamer.glib.Natives.getRawPointer(caps)));
      caps.dispose();
    }
  }
}
