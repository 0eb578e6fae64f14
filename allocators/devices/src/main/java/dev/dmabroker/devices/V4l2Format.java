package dev.dmabroker.devices;

import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a driver made of the format it was asked for. Drivers adjust rather than refuse.
 *
 * @param width in pixels
 * @param height in pixels
 * @param pixelFormat the V4L2 code, see {@link dev.dmabroker.spec.PixelFormat#v4l2Code()}
 * @param planes what each buffer of a frame must hold; one, unless the multi-planar API gives
 *     planes buffers of their own
 */
public record V4l2Format(int width, int height, int pixelFormat, List<Plane> planes) {

  /**
   * One buffer of a frame.
   *
   * @param strideBytes bytes from the start of a line to the start of the next, in the first of the
   *     picture's planes that lie in it
   * @param sizeBytes bytes that the buffer must have at least
   */
  public record Plane(int strideBytes, int sizeBytes) {}

  /**
   * Copies the list.
   *
   * @param width in pixels
   * @param height in pixels
   * @param pixelFormat the V4L2 code, see {@link dev.dmabroker.spec.PixelFormat#v4l2Code()}
   * @param planes what each buffer of a frame must hold
   */
  public V4l2Format {
    planes = List.copyOf(planes);
  }

  /**
   * A format of frames that lie in one buffer each.
   *
   * @param width in pixels
   * @param height in pixels
   * @param pixelFormat the V4L2 code, see {@link dev.dmabroker.spec.PixelFormat#v4l2Code()}
   * @param strideBytes from the start of one line of the first plane to the start of the next
   * @param sizeBytes the least size of the buffer
   */
  public V4l2Format(int width, int height, int pixelFormat, int strideBytes, int sizeBytes) {
    this(width, height, pixelFormat, List.of(new Plane(strideBytes, sizeBytes)));
  }

  /** {@return whether frames have a size} A codec's result has none before the stream told it. */
  public boolean isSet() {
    return width > 0
        && height > 0
        && !planes.isEmpty()
        && planes.stream().allMatch(plane -> plane.sizeBytes() > 0);
  }

  /** {@return the stride of the first buffer in bytes; 0 if there is none} */
  public int strideBytes() {
    return planes.isEmpty() ? 0 : planes.get(0).strideBytes();
  }

  /**
   * {@return the least size of the first buffer in bytes; 0 if there is none} In the single-planar
   * API that buffer is the only one.
   */
  public int sizeBytes() {
    return planes.isEmpty() ? 0 : planes.get(0).sizeBytes();
  }

  /**
   * {@return whether size and pixel format are those of the image}
   *
   * @param image the picture: its size and its format
   */
  public boolean shows(ImageSpec image) {
    return width == image.width()
        && height == image.height()
        && PixelFormat.ofV4l2(pixelFormat).equals(Optional.of(image.format()));
  }

  /**
   * {@return how a frame lies in a buffer: planes back to back, whose strides keep the ratio of
   * their rows} A format that is compressed, or unknown to the broker, gives bytes without
   * structure.
   *
   * @throws IllegalArgumentException if the format has no size yet, or its stride or its size are
   *     less than such a picture takes
   * @throws IllegalStateException if a frame lies in several buffers
   */
  public Layout layout() {
    if (planes.size() > 1) {
      throw new IllegalStateException(this + " has no layout of one buffer");
    }
    return PixelFormat.ofV4l2(pixelFormat)
        .map(this::layout)
        .orElseGet(() -> BlobSpec.of(sizeBytes()).layout());
  }

  private Layout layout(PixelFormat format) {
    List<Layout.Plane> planes = new ArrayList<>();
    PixelFormat.Plane first = format.planes().get(0);
    long offset = 0;
    for (PixelFormat.Plane shape : format.planes()) {
      long stride =
          (long) strideBytes()
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
        sizeBytes(), planes, Optional.of(new Layout.Image(format, Modifier.LINEAR, width, height)));
  }

  private static long ceilDiv(int value, int divisor) {
    return (value + divisor - 1L) / divisor;
  }

  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder(
            "%dx%d %c%c%c%c"
                .formatted(
                    width,
                    height,
                    pixelFormat & 0x7f,
                    pixelFormat >> 8 & 0x7f,
                    pixelFormat >> 16 & 0x7f,
                    pixelFormat >> 24 & 0x7f));
    planes.forEach(
        plane ->
            text.append(", stride %d, %d bytes".formatted(plane.strideBytes(), plane.sizeBytes())));
    return text.toString();
  }
}
