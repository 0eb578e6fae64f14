package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import com.google.common.math.LongMath;
import java.math.RoundingMode;
import java.util.Objects;

/**
 * A picture.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 * @param format how pixels are stored
 */
public record ImageSpec(int width, int height, PixelFormat format) implements BufferSpec {

  /** Checks the dimensions. */
  public ImageSpec {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "width and height must be at least 1 pixel, are " + width + " x " + height);
    }
    Objects.requireNonNull(format, "format");
  }

  /** A spec of {@code width} x {@code height} pixels. */
  public static ImageSpec of(int width, int height, PixelFormat format) {
    return new ImageSpec(width, height, format);
  }

  @Override
  public Layout layout(long strideAlignmentBytes) {
    if (strideAlignmentBytes < 1) {
      throw new IllegalArgumentException(
          "stride alignment must be at least 1 byte, is " + strideAlignmentBytes);
    }
    ImmutableList.Builder<Layout.Plane> planes = ImmutableList.builder();
    long offset = 0;
    try {
      for (PixelFormat.Plane plane : format.planes()) {
        long groups = LongMath.divide(width, plane.pixelsPerGroup(), RoundingMode.CEILING);
        long rowBytes = Math.multiplyExact(groups, plane.bytesPerGroup());
        long stride = roundUp(rowBytes, strideAlignmentBytes);
        long lines = LongMath.divide(height, plane.rowsPerLine(), RoundingMode.CEILING);
        planes.add(new Layout.Plane(offset, stride, rowBytes, lines));
        offset = Math.addExact(offset, Math.multiplyExact(stride, lines));
      }
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          this + " with rows aligned to " + strideAlignmentBytes + " bytes is over 2^63 bytes", e);
    }
    return new Layout(offset, planes.build());
  }

  private static long roundUp(long value, long step) {
    return Math.multiplyExact(LongMath.divide(value, step, RoundingMode.CEILING), step);
  }

  @Override
  public String toString() {
    return width + "x" + height + " " + format;
  }
}
