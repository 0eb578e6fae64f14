package dev.dmabroker.samples.gstreamer.inprocess;

import com.sun.jna.Pointer;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.freedesktop.gstreamer.Caps;
import org.freedesktop.gstreamer.glib.Natives;

/**
 * The caps that frames of a layout can be given as, best first:
 *
 * <ol>
 *   <li>{@code memory:DMABuf} with a DRM format and modifier, which GStreamer has from 1.24 on;
 *   <li>{@code memory:DMABuf} with a format of GStreamer's own, which says nothing of a modifier;
 *   <li>plain ones, which any element takes: it maps the memory. A v4l2sink or kmssink finds out by
 *       itself that it is a dma-buf.
 * </ol>
 *
 * Memory that is no dma-buf has the last alone, and a picture that is not stored in lines the
 * first.
 */
final class FrameCaps {
  /** What is true of each frame, and goes without saying where it is not asked for. */
  private static final String KNOWN = ", interlace-mode=progressive, pixel-aspect-ratio=1/1";

  /** GStreamer's short names of colorimetries; video-color.h. */
  private static final Map<ColorSpace, String> COLORIMETRIES =
      Map.of(
          ColorSpace.REC709, "bt709",
          ColorSpace.REC601, "bt601",
          ColorSpace.SRGB, "sRGB",
          ColorSpace.SMPTE240M, "smpte240m",
          ColorSpace.BT2020, "bt2020",
          ColorSpace.BT2020_PQ, "bt2100-pq",
          ColorSpace.BT2020_HLG, "bt2100-hlg");

  private FrameCaps() {}

  /**
   * The caps of frames, best first; never empty.
   *
   * @param dmaBuf whether the memory is a dma-buf
   * @param drmFormats whether this GStreamer has DRM formats, as from 1.24 on
   * @throws GstMemoryException if GStreamer has no caps for such a picture
   */
  static List<String> of(Layout layout, FrameRate rate, boolean dmaBuf, boolean drmFormats) {
    Layout.Image image =
        layout
            .image()
            .orElseThrow(
                () ->
                    new GstMemoryException(
                        "bytes without structure are no video/x-raw: the stream's spec has to be an"
                            + " ImageSpec, or the application pushes buffers with caps of its"
                            + " own"));
    boolean linear = image.modifier().equals(Modifier.LINEAR);
    String rest =
        ", width=%d, height=%d, framerate=%s%s"
            .formatted(
                image.codedWidth(),
                image.codedHeight(),
                rate,
                image
                    .colorSpace()
                    .map(COLORIMETRIES::get)
                    .map(name -> ", colorimetry=" + name)
                    .orElse(""));
    List<String> caps = new ArrayList<>();
    if (dmaBuf && drmFormats) {
      caps.add("video/x-raw(memory:DMABuf), format=DMA_DRM, drm-format=" + drm(image) + rest);
    }
    GstFormats.name(image.format())
        .filter(name -> linear)
        .ifPresent(
            name -> {
              if (dmaBuf) {
                caps.add("video/x-raw(memory:DMABuf), format=" + name + rest);
              }
              caps.add("video/x-raw, format=" + name + rest);
            });
    if (caps.isEmpty()) {
      throw new GstMemoryException(
          "this GStreamer has no caps for %s in %s; from 1.24 on it takes dma-bufs of any DRM format"
              .formatted(image, dmaBuf ? "a dma-buf" : "memory that is no dma-buf"));
    }
    return caps;
  }

  /** As gst_video_dma_drm_fourcc_to_string writes it: a linear modifier is left out. */
  private static String drm(Layout.Image image) {
    byte[] code =
        ByteBuffer.allocate(Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(image.format().drmCode())
            .array();
    String fourcc = new String(code, StandardCharsets.US_ASCII);
    String name = image.modifier().equals(Modifier.LINEAR) ? fourcc : fourcc + modifier(image);
    return '"' + name + '"'; // A code may end with spaces.
  }

  private static String modifier(Layout.Image image) {
    return ":0x%016x".formatted(image.modifier().code());
  }

  /**
   * The first of the caps that the next element takes. If it asks for what the stream leaves open,
   * as a driver does that shows one set of colours, the caps have what it asks for.
   *
   * @param element names the element that gives the frames, in errors
   * @param taken what the next element takes
   * @throws CapsMismatchException if it takes none
   */
  static String choose(String element, List<String> offered, Caps taken) {
    for (String each : offered) {
      Caps caps = Caps.fromString(each);
      try {
        if (caps.isAlwaysCompatible(taken)) {
          return each;
        }
      } finally {
        caps.dispose();
      }
    }
    return offered.stream()
        .flatMap(each -> completed(each + KNOWN, taken).stream())
        .findFirst()
        .orElseThrow(() -> new CapsMismatchException(element, offered, taken.toString()));
  }

  /** The caps with what the next element asks for; empty if it contradicts them. */
  private static Optional<String> completed(String offered, Caps taken) {
    Caps caps = Caps.fromString(offered);
    Caps both = caps.intersect(taken);
    try {
      if (both.isEmpty()) {
        return Optional.empty();
      }
      Pointer fixed = GstNative.core().gst_caps_fixate(reference(both));
      try {
        return Optional.of(GObjects.text(GstNative.core().gst_caps_to_string(fixed)));
      } finally {
        GstNative.core().gst_mini_object_unref(fixed);
      }
    } finally {
      both.dispose();
      caps.dispose();
    }
  }

  private static Pointer reference(Caps caps) {
    return GstNative.core().gst_mini_object_ref(Natives.getRawPointer(caps));
  }
}
