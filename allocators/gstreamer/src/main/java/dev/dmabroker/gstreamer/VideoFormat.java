package dev.dmabroker.gstreamer;

import dev.dmabroker.spec.PixelFormat;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * GStreamer's names and numbers of pixel formats: the name is what caps have as {@code format}, the
 * number is that of {@code GstVideoFormat}, which a video meta has. GStreamer names components in
 * the order of their bytes.
 */
enum VideoFormat {
  I420(2, PixelFormat.YUV420),
  YV12(3, PixelFormat.YVU420),
  YUY2(4, PixelFormat.YUYV),
  UYVY(5, PixelFormat.UYVY),
  RGBX("RGBx", 7, PixelFormat.XBGR8888),
  BGRX("BGRx", 8, PixelFormat.XRGB8888),
  XRGB("xRGB", 9, PixelFormat.BGRX8888),
  XBGR("xBGR", 10, PixelFormat.RGBX8888),
  RGBA(11, PixelFormat.ABGR8888),
  BGRA(12, PixelFormat.ARGB8888),
  ARGB(13, PixelFormat.BGRA8888),
  ABGR(14, PixelFormat.RGBA8888),
  RGB(15, PixelFormat.RGB24),
  BGR(16, PixelFormat.BGR24),
  Y41B(17, PixelFormat.YUV411),
  Y42B(18, PixelFormat.YUV422),
  YVYU(19, PixelFormat.YVYU),
  Y444(20, PixelFormat.YUV444),
  NV12(23, PixelFormat.NV12),
  NV21(24, PixelFormat.NV21),
  GRAY8(25, PixelFormat.GREY),
  GRAY16_LE(27, PixelFormat.Y16),
  V308("v308", 28, PixelFormat.YUV24),
  RGB16(29, PixelFormat.RGB565),
  RGB15(31, PixelFormat.XRGB1555),
  BGR15(32, PixelFormat.XBGR1555),
  YUV9(36, PixelFormat.YUV410),
  YVU9(37, PixelFormat.YVU410),
  NV16(51, PixelFormat.NV16),
  NV24(52, PixelFormat.NV24),
  NV61(60, PixelFormat.NV61),
  P010_10LE(62, PixelFormat.P010),
  VYUY(64, PixelFormat.VYUY),
  Y210(82, PixelFormat.Y210),
  VUYA(84, PixelFormat.VUYA32);

  private static final Map<String, VideoFormat> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(each -> each.text, Function.identity()));

  private static final Map<PixelFormat, VideoFormat> BY_FORMAT =
      Arrays.stream(values()).collect(Collectors.toMap(each -> each.format, Function.identity()));

  private final String text;
  private final int number;
  private final PixelFormat format;

  VideoFormat(int number, PixelFormat format) {
    this.text = name();
    this.number = number;
    this.format = format;
  }

  VideoFormat(String text, int number, PixelFormat format) {
    this.text = text;
    this.number = number;
    this.format = format;
  }

  /** GStreamer's format of a name; empty if there is none here. */
  static Optional<VideoFormat> ofName(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** GStreamer's format for a broker's; empty if GStreamer has none. */
  static Optional<VideoFormat> of(PixelFormat format) {
    return Optional.ofNullable(BY_FORMAT.get(format));
  }

  /** The name in caps. */
  String text() {
    return text;
  }

  /** The number of {@code GstVideoFormat}. */
  int number() {
    return number;
  }

  /** The broker's format. */
  PixelFormat format() {
    return format;
  }
}
