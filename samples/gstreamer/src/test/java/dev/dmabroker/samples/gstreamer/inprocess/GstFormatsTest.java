package dev.dmabroker.samples.gstreamer.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Pointer;
import dev.dmabroker.samples.gstreamer.GStreamer;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import java.util.Optional;
import org.freedesktop.gstreamer.Caps;
import org.freedesktop.gstreamer.glib.Natives;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GstFormatsTest {

  /** A width at which GStreamer pads no line. */
  @ParameterizedTest
  @EnumSource
  void gstreamerHasThePlanesWhereTheBrokerHasThem(PixelFormat format) {
    Optional<String> name = GstFormats.name(format);
    if (name.isEmpty()) {
      return;
    }
    GStreamer.needs();
    assertEquals(Optional.of(format), GstFormats.format(name.get()));
    assertTrue(
        GstNative.video().gst_video_format_from_string(name.get()) > 1, "a format of " + name);
    Layout layout = ImageSpec.of(64, 48, format).layout();
    Caps caps = Caps.fromString(FrameCaps.of(layout, FrameRate.of(25), false, false).get(0));
    assertTrue(caps.isFixed(), caps.toString());
    GstNative.VideoInfo info = new GstNative.VideoInfo();
    Pointer pointer = Natives.getRawPointer(caps);
    assertEquals(1, GstNative.video().gst_video_info_from_caps(info, pointer), caps.toString());
    caps.dispose();
    assertEquals(64, info.width);
    assertEquals(48, info.height);
    assertEquals(25, info.fpsN);
    assertEquals(name.get(), GstNative.video().gst_video_format_to_string(info.formatNumber()));
    assertEquals(layout.planes().size(), info.planes());
    assertEquals(layout.sizeBytes(), info.size);
    for (int i = 0; i < info.planes(); i++) {
      assertEquals(layout.planes().get(i).offsetBytes(), info.offset[i], "plane " + i);
      assertEquals(layout.planes().get(i).strideBytes(), info.stride[i], "plane " + i);
    }
  }
}
