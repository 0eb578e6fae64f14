package dev.dmabroker.gstreamer;

import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Writes what buffers hold as GStreamer's caps. */
final class Caps {
  private Caps() {}

  /**
   * The caps of a picture: {@code video/x-raw} if it is linear, else those of a dma-buf with a DRM
   * format (GStreamer 1.24 and later).
   *
   * @param frameRate such as {@code 30/1}; {@code 0/1} says that it varies
   * @return empty if the layout has no picture, or GStreamer has no name for its format
   */
  static Optional<String> of(BufferSpec spec, Layout layout, String frameRate) {
    return layout.image().flatMap(image -> of(spec, image, frameRate));
  }

  private static Optional<String> of(BufferSpec spec, Layout.Image image, String frameRate) {
    String size =
        ", width=(int)"
            + width(spec, image)
            + ", height=(int)"
            + height(spec, image)
            + ", framerate=(fraction)"
            + frameRate;
    if (image.modifier().equals(Modifier.LINEAR)) {
      return VideoFormat.of(image.format())
          .map(format -> "video/x-raw, format=(string)" + format.text() + size);
    }
    return Optional.of(
        "video/x-raw(memory:DMABuf), format=(string)DMA_DRM, drm-format=(string)"
            + drmFormat(image)
            + size);
  }

  /** Four letters and the modifier, as gst_video_dma_drm_fourcc_to_string writes them. */
  private static String drmFormat(Layout.Image image) {
    byte[] letters =
        ByteBuffer.allocate(Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(image.format().drmCode())
            .array();
    return new String(letters, StandardCharsets.US_ASCII)
        + String.format(Locale.ROOT, ":0x%016x", image.modifier().code());
  }

  /** The width that is seen, in pixels, which the memory's may exceed. */
  static int width(BufferSpec spec, Layout.Image image) {
    return spec instanceof ImageSpec picture ? picture.width() : image.codedWidth();
  }

  /** The height that is seen, in rows, which the memory's may exceed. */
  static int height(BufferSpec spec, Layout.Image image) {
    return spec instanceof ImageSpec picture ? picture.height() : image.codedHeight();
  }
}
