package dev.dmabroker.internal.layout;

import static dev.dmabroker.internal.layout.Arithmetic.ceilDiv;
import static dev.dmabroker.internal.layout.Arithmetic.lcm;
import static dev.dmabroker.internal.layout.Arithmetic.roundUp;
import static dev.dmabroker.internal.layout.Arithmetic.rowBytes;

import com.google.common.collect.ImmutableList;
import com.google.common.math.LongMath;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.ImageSize;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Computes the tightest layout of an image that meets rules.
 *
 * <p>The strides of the planes keep the ratio of their rows. V4L2's single-planar API has one
 * number, {@code bytesperline} of the first plane, and derives the others from it; DRM takes any
 * numbers. So one layout serves both.
 */
public final class ImageLayout {
  private ImageLayout() {}

  /** Returns the layout when no device asks for more; null if its size overflows. */
  public static @Nullable Layout tightest(
      int width, int height, PixelFormat format, Optional<ColorSpace> colorSpace) {
    return of(width, height, format, Modifier.LINEAR, Rules.NONE, colorSpace);
  }

  /**
   * Returns the layout of a picture, with room for pictures of the other sizes that the rules
   * require; null if no layout meets the rules.
   */
  public static @Nullable Layout of(
      Picture picture, PixelFormat format, Modifier modifier, Rules rules) {
    if (!rules.takes(picture.colorSpace())
        || picture.width() % rules.number(ConstraintField.DISPLAY_WIDTH_ALIGNMENT) != 0
        || picture.height() % rules.number(ConstraintField.DISPLAY_HEIGHT_ALIGNMENT) != 0) {
      return null;
    }
    Optional<ColorSpace> colorSpace = rules.chosen(picture.colorSpace());
    Layout layout = of(picture.width(), picture.height(), format, modifier, rules, colorSpace);
    long sizeBytes = layout == null ? 0 : layout.sizeBytes();
    for (ImageSize size : rules.requiredSizes()) {
      Layout other = of(size.width(), size.height(), format, modifier, rules);
      if (other == null) {
        return null;
      }
      sizeBytes = Math.max(sizeBytes, other.sizeBytes());
    }
    return layout == null || sizeBytes == layout.sizeBytes()
        ? layout
        : new Layout(sizeBytes, layout.planes(), layout.image());
  }

  /** Returns a layout that a device has said; null if it does not hold the picture by the rules. */
  public static @Nullable Layout said(Picture picture, Layout said, Rules rules) {
    return LayoutCheck.accepts(rules, picture, said, said.sizeBytes())
        ? in(said, rules.chosen(picture.colorSpace()))
        : null;
  }

  /** Returns a layout of a picture like this one, in that colour space. */
  public static Layout in(Layout layout, Optional<ColorSpace> colorSpace) {
    Layout.Image image = layout.image().orElseThrow();
    return image.colorSpace().equals(colorSpace)
        ? layout
        : new Layout(
            layout.sizeBytes(),
            layout.planes(),
            Optional.of(
                new Layout.Image(
                    image.format(),
                    image.modifier(),
                    image.codedWidth(),
                    image.codedHeight(),
                    colorSpace)));
  }

  /** Returns the layout of one size in pixels; null if no layout meets the rules. */
  public static @Nullable Layout of(
      int width, int height, PixelFormat format, Modifier modifier, Rules rules) {
    return of(width, height, format, modifier, rules, Optional.empty());
  }

  private static @Nullable Layout of(
      int width,
      int height,
      PixelFormat format,
      Modifier modifier,
      Rules rules,
      Optional<ColorSpace> colorSpace) {
    try {
      long codedWidth =
          roundUp(
              Math.max(width, rules.number(ConstraintField.MIN_WIDTH)),
              rules.number(ConstraintField.WIDTH_ALIGNMENT));
      long codedHeight =
          roundUp(
              Math.max(height, rules.number(ConstraintField.MIN_HEIGHT)),
              rules.number(ConstraintField.HEIGHT_ALIGNMENT));
      if (codedWidth > rules.number(ConstraintField.MAX_WIDTH)
          || codedHeight > rules.number(ConstraintField.MAX_HEIGHT)
          || codedWidth * codedHeight > rules.number(ConstraintField.MAX_PIXELS)) {
        return null;
      }
      long stride =
          firstStride(
              format,
              modifier,
              rules,
              roundUp(codedWidth, rules.number(ConstraintField.BLOCK_WIDTH)));
      return stride > rules.number(ConstraintField.MAX_STRIDE)
          ? null
          : planes(
              new Layout.Image(format, modifier, (int) codedWidth, (int) codedHeight, colorSpace),
              rules,
              stride);
    } catch (ArithmeticException e) {
      return null; // The layout would have over 2^63 bytes.
    }
  }

  /**
   * Returns the smallest stride of the first plane that serves all planes. Each plane's stride has
   * to be wide enough for its rows and a multiple of its alignments and of the format's grain, and
   * all strides follow from the first.
   */
  private static long firstStride(
      PixelFormat format, Modifier modifier, Rules rules, long paddedWidth) {
    long least = rules.number(ConstraintField.MIN_STRIDE);
    long step = rules.number(ConstraintField.FIRST_STRIDE_ALIGNMENT);
    long everyPlane = lcm(rules.number(ConstraintField.STRIDE_ALIGNMENT), format.grainBytes());
    List<PixelFormat.Plane> shapes = format.planes();
    PixelFormat.Plane first = shapes.get(0);
    for (int i = 0; i < shapes.size(); i++) {
      PixelFormat.Plane shape = shapes.get(i);
      // This plane's stride is to the first's as up is to down.
      long up = (long) shape.bytesPerGroup() * first.pixelsPerGroup();
      long down = (long) first.bytesPerGroup() * shape.pixelsPerGroup();
      if (up == down) {
        up = 1;
        down = 1;
      } else {
        long common = LongMath.gcd(up, down);
        up /= common;
        down /= common;
      }
      long multiple = lcm(everyPlane, modifier.tileBytes(format, i));
      step =
          lcm(
              step,
              up == 1 && down == 1
                  ? multiple
                  : Math.multiplyExact(down, multiple / LongMath.gcd(up, multiple)));
      least = Math.max(least, ceilDiv(Math.multiplyExact(rowBytes(shape, paddedWidth), down), up));
    }
    return roundUp(least, step);
  }

  /** Lays the planes one behind the other, each with the stride that follows from the first. */
  private static Layout planes(Layout.Image image, Rules rules, long firstStride) {
    PixelFormat format = image.format();
    long paddedHeight =
        Math.addExact(
            roundUp(image.codedHeight(), rules.number(ConstraintField.BLOCK_HEIGHT)),
            rules.number(ConstraintField.VERTICAL_PADDING));
    List<PixelFormat.Plane> shapes = format.planes();
    PixelFormat.Plane first = shapes.get(0);
    ImmutableList.Builder<Layout.Plane> planes =
        ImmutableList.builderWithExpectedSize(shapes.size());
    long grain = lcm(rules.number(ConstraintField.PLANE_OFFSET_ALIGNMENT), format.grainBytes());
    long offset = 0;
    for (int i = 0; i < shapes.size(); i++) {
      PixelFormat.Plane shape = shapes.get(i);
      long stride =
          i == 0
              ? firstStride
              : Math.multiplyExact(
                      firstStride, (long) shape.bytesPerGroup() * first.pixelsPerGroup())
                  / ((long) first.bytesPerGroup() * shape.pixelsPerGroup());
      int tileBytes = image.modifier().tileBytes(format, i);
      int tileLines = image.modifier().tileLines(format, i);
      long lineBytes = roundUp(rowBytes(shape, image.codedWidth()), tileBytes);
      long lines = roundUp(ceilDiv(image.codedHeight(), shape.rowsPerLine()), tileLines);
      long paddedLines = roundUp(ceilDiv(paddedHeight, shape.rowsPerLine()), tileLines);
      // A plane begins with a whole tile, wherever else devices let it begin.
      offset = roundUp(offset, lcm(grain, (long) tileBytes * tileLines));
      long end = Math.addExact(offset, Math.multiplyExact(stride, paddedLines));
      planes.add(new Layout.Plane(offset, stride, lineBytes, lines, tileLines));
      offset = end;
    }
    return new Layout(
        Math.addExact(offset, rules.number(ConstraintField.OVER_READ)),
        planes.build(),
        Optional.of(image));
  }
}
