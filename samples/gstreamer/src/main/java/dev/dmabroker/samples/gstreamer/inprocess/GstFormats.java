package dev.dmabroker.samples.gstreamer.inprocess;

import dev.dmabroker.spec.PixelFormat;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The names that GStreamer has for pixel formats. Both sides have the planes in the order in which
 * they lie in memory. GStreamer names pixels of three bytes and more in memory order, so that
 * {@link PixelFormat#XRGB8888} is its BGRx. Formats that GStreamer 1.22 has no name for are
 * missing.
 */
final class GstFormats {
  private static final Map<PixelFormat, String> NAMES = new EnumMap<>(PixelFormat.class);

  static {
    NAMES.put(PixelFormat.GREY, "GRAY8");
    NAMES.put(PixelFormat.Y16, "GRAY16_LE");
    NAMES.put(PixelFormat.YUYV, "YUY2");
    NAMES.put(PixelFormat.UYVY, "UYVY");
    NAMES.put(PixelFormat.YVYU, "YVYU");
    NAMES.put(PixelFormat.VYUY, "VYUY");
    NAMES.put(PixelFormat.Y210, "Y210");
    NAMES.put(PixelFormat.Y212, "Y212_LE");
    NAMES.put(PixelFormat.YUV24, "v308");
    NAMES.put(PixelFormat.VUYA32, "VUYA");
    NAMES.put(PixelFormat.NV12, "NV12");
    NAMES.put(PixelFormat.NV21, "NV21");
    NAMES.put(PixelFormat.NV16, "NV16");
    NAMES.put(PixelFormat.NV61, "NV61");
    NAMES.put(PixelFormat.NV24, "NV24");
    NAMES.put(PixelFormat.P010, "P010_10LE");
    NAMES.put(PixelFormat.P012, "P012_LE");
    NAMES.put(PixelFormat.YUV410, "YUV9");
    NAMES.put(PixelFormat.YVU410, "YVU9");
    NAMES.put(PixelFormat.YUV411, "Y41B");
    NAMES.put(PixelFormat.YUV420, "I420");
    NAMES.put(PixelFormat.YVU420, "YV12");
    NAMES.put(PixelFormat.YUV422, "Y42B");
    NAMES.put(PixelFormat.YUV444, "Y444");
    NAMES.put(PixelFormat.XRGB1555, "RGB15");
    NAMES.put(PixelFormat.XBGR1555, "BGR15");
    NAMES.put(PixelFormat.RGB565, "RGB16");
    NAMES.put(PixelFormat.RGB24, "RGB");
    NAMES.put(PixelFormat.BGR24, "BGR");
    NAMES.put(PixelFormat.ARGB8888, "BGRA");
    NAMES.put(PixelFormat.XRGB8888, "BGRx");
    NAMES.put(PixelFormat.RGBA8888, "ABGR");
    NAMES.put(PixelFormat.RGBX8888, "xBGR");
    NAMES.put(PixelFormat.ABGR8888, "RGBA");
    NAMES.put(PixelFormat.XBGR8888, "RGBx");
    NAMES.put(PixelFormat.BGRA8888, "ARGB");
    NAMES.put(PixelFormat.BGRX8888, "xRGB");
    NAMES.put(PixelFormat.ARGB2101010, "BGR10A2_LE");
  }

  private static final Map<String, PixelFormat> FORMATS =
      NAMES.keySet().stream()
          .collect(Collectors.toUnmodifiableMap(NAMES::get, Function.identity()));

  private GstFormats() {}

  /** The name of a format; empty if GStreamer has none. */
  static Optional<String> name(PixelFormat format) {
    return Optional.ofNullable(NAMES.get(format));
  }

  /** The format of a name; empty if there is none here. */
  static Optional<PixelFormat> format(String name) {
    return Optional.ofNullable(FORMATS.get(name));
  }
}
