package dev.dmabroker.samples.devices;

import dev.dmabroker.BlobSpec;
import dev.dmabroker.ImageSpec;
import dev.dmabroker.Layout;
import dev.dmabroker.Modifier;
import dev.dmabroker.PixelFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a driver made of the format it was asked for. Drivers adjust rather than refuse.
 *
 * @param width in pixels
 * @param height in pixels
 * @param pixelFormat the V4L2 code, see {@link dev.dmabroker.PixelFormat#v4l2Code()}
 * @param strideBytes bytes from the start of a line to the start of the next, in the first plane
 * @param sizeBytes bytes that a buffer must have at least
 */
public record V4l2Format(int width, int height, int pixelFormat, int strideBytes, int sizeBytes) {

  /** Whether size and pixel format are those of the image. */
  public boolean shows(ImageSpec image) {
    return width == image.width()
        && height == image.height()
        && pixelFormat == image.format().v4l2Code();
  }

  /**
   * How a frame lies in a buffer: planes back to back, whose strides keep the ratio of their rows.
   * Bytes without structure where the format is compressed or unknown to the broker.
   *
   * @throws IllegalArgumentException if the format has no size yet
   */
  public Layout layout() {
    return PixelFormat.ofV4l2(pixelFormat)
        .map(this::layout)
        .orElseGet(() -> BlobSpec.of(sizeBytes).layout());
  }

  private Layout layout(PixelFormat format) {
    List<Layout.Plane> planes = new ArrayList<>();
    PixelFormat.Plane first = format.planes().get(0);
    long offset = 0;
    for (PixelFormat.Plane shape : format.planes()) {
      long stride =
          (long) strideBytes
              * shape.bytesPerGroup()
              * first.pixelsPerGroup()
              / first.bytesPerGroup()
              / shape.pixelsPerGroup();
      long lineBytes = ceilDiv(width, shape.pixelsPerGroup()) * shape.bytesPerGroup();
      long lines = ceilDiv(height, shape.rowsPerLine());
      planes.add(new Layout.Plane(offset, stride, lineBytes, lines));
      offset += stride * lines;
    }
    return new Layout(
        sizeBytes, planes, Optional.of(new Layout.Image(format, Modifier.LINEAR, width, height)));
  }

  private static long ceilDiv(int value, int divisor) {
    return (value + divisor - 1L) / divisor;
  }

  @Override
  public String toString() {
    return "%dx%d %c%c%c%c, stride %d, %d bytes"
        .formatted(
            width,
            height,
            pixelFormat & 0x7f,
            pixelFormat >> 8 & 0x7f,
            pixelFormat >> 16 & 0x7f,
            pixelFormat >> 24 & 0x7f,
            strideBytes,
            sizeBytes);
  }
}
