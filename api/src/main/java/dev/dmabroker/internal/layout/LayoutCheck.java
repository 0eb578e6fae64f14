package dev.dmabroker.internal.layout;

import static dev.dmabroker.internal.layout.Arithmetic.ceilDiv;
import static dev.dmabroker.internal.layout.Arithmetic.roundUp;
import static dev.dmabroker.internal.layout.Arithmetic.rowBytes;

import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.ImageSize;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import java.util.Optional;

/**
 * Checks layouts that exist already, for example those of adopted memory: whether they meet rules,
 * and whether they hold what a buffer is specified to hold. That the numbers of a layout agree with
 * one another is checked when the layout is made.
 */
public final class LayoutCheck {
  private LayoutCheck() {}

  /**
   * Returns why a layout cannot hold exactly what is specified, for a person to read; empty if it
   * can.
   */
  public static Optional<String> mismatch(BufferSpec spec, Layout layout) {
    Layout.Image stored = layout.image().orElse(null);
    ImageSpec picture = spec.image().orElse(null);
    if (picture == null) {
      return holdsBytes(layout, spec.layout().sizeBytes())
          ? Optional.empty()
          : Optional.of("bytes lie in one plane of one line, and take all of the line");
    }
    if (stored == null) {
      return Optional.of("the layout does not say how the picture is stored");
    }
    if (!picture.formats().contains(stored.format())) {
      return Optional.of("the spec does not name the format " + stored.format());
    }
    if (stored.colorSpace().isPresent()
        && picture.colorSpace().isPresent()
        && stored.colorSpace().get() != picture.colorSpace().get()) {
      return Optional.of(
          "the spec names the colour space "
              + picture.colorSpace().get()
              + ", the layout "
              + stored.colorSpace().get());
    }
    return stored.codedWidth() >= picture.width() && stored.codedHeight() >= picture.height()
        ? Optional.empty()
        : Optional.of(
            "the picture is larger than the coded "
                + stored.codedWidth()
                + "x"
                + stored.codedHeight());
  }

  /** Tells whether the layout is one of so many bytes without structure. */
  private static boolean holdsBytes(Layout layout, long sizeBytes) {
    Layout.Plane first = layout.planes().get(0);
    return layout.image().isEmpty()
        && layout.planes().size() == 1
        && first.lines() == 1
        && first.lineBytes() == sizeBytes;
  }

  /**
   * Tells whether a picture that lies like this, in memory of {@code sizeBytes}, meets the rules.
   */
  public static boolean accepts(Rules rules, Picture picture, Layout layout, long sizeBytes) {
    Layout.Image image = layout.image().orElseThrow();
    long width = image.codedWidth();
    long height = image.codedHeight();
    return rules.takes(image.colorSpace().or(picture::colorSpace))
        && width >= rules.number(ConstraintField.MIN_WIDTH)
        && width <= rules.number(ConstraintField.MAX_WIDTH)
        && height >= rules.number(ConstraintField.MIN_HEIGHT)
        && height <= rules.number(ConstraintField.MAX_HEIGHT)
        && width * height <= rules.number(ConstraintField.MAX_PIXELS)
        && width % rules.number(ConstraintField.WIDTH_ALIGNMENT) == 0
        && height % rules.number(ConstraintField.HEIGHT_ALIGNMENT) == 0
        && picture.width() % rules.number(ConstraintField.DISPLAY_WIDTH_ALIGNMENT) == 0
        && picture.height() % rules.number(ConstraintField.DISPLAY_HEIGHT_ALIGNMENT) == 0
        && acceptsPlanes(rules, image, layout, sizeBytes)
        && holdsRequired(rules, image, sizeBytes);
  }

  /**
   * Tells whether strides and offsets meet the rules, and whether each plane ends before the next.
   */
  private static boolean acceptsPlanes(
      Rules rules, Layout.Image image, Layout layout, long sizeBytes) {
    Layout.Plane first = layout.planes().get(0);
    if (first.strideBytes() < rules.number(ConstraintField.MIN_STRIDE)
        || first.strideBytes() > rules.number(ConstraintField.MAX_STRIDE)
        || first.strideBytes() % rules.number(ConstraintField.FIRST_STRIDE_ALIGNMENT) != 0
        || first.offsetBytes() % rules.number(ConstraintField.START_OFFSET_ALIGNMENT) != 0
        || !layout.planes().stream().allMatch(plane -> isAligned(rules, plane))) {
      return false;
    }
    if (image.modifier().isOpaque()) {
      return true; // What its planes hold is known to devices alone.
    }
    long paddedWidth = roundUp(image.codedWidth(), rules.number(ConstraintField.BLOCK_WIDTH));
    long paddedHeight =
        roundUp(image.codedHeight(), rules.number(ConstraintField.BLOCK_HEIGHT))
            + rules.number(ConstraintField.VERTICAL_PADDING);
    for (int i = 0; i < layout.planes().size(); i++) {
      Layout.Plane plane = layout.planes().get(i);
      PixelFormat.Plane shape = image.format().planes().get(i);
      boolean last = i == layout.planes().size() - 1;
      long room =
          last
              ? sizeBytes - rules.number(ConstraintField.OVER_READ)
              : layout.planes().get(i + 1).offsetBytes();
      // Tiles are whole, so the picture ends with a whole row of tiles.
      long lines = roundUp(ceilDiv(paddedHeight, shape.rowsPerLine()), plane.tileLines());
      if (plane.strideBytes() % image.format().grainBytes() != 0
          || plane.offsetBytes() % image.format().grainBytes() != 0
          || plane.strideBytes() < rowBytes(shape, paddedWidth)
          || lines > (room - plane.offsetBytes()) / plane.strideBytes()) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(Rules rules, Layout.Image image, ImageSize size, long sizeBytes) {
    if (image.modifier().isOpaque()) {
      return size.width() <= image.codedWidth() && size.height() <= image.codedHeight();
    }
    Layout needed =
        ImageLayout.of(size.width(), size.height(), image.format(), image.modifier(), rules);
    return needed != null && needed.sizeBytes() <= sizeBytes;
  }

  private static boolean isAligned(Rules rules, Layout.Plane plane) {
    return plane.strideBytes() % rules.number(ConstraintField.STRIDE_ALIGNMENT) == 0
        && plane.offsetBytes() % rules.number(ConstraintField.PLANE_OFFSET_ALIGNMENT) == 0;
  }

  /** Tells whether the memory would hold pictures of all sizes that the rules require. */
  private static boolean holdsRequired(Rules rules, Layout.Image image, long sizeBytes) {
    for (ImageSize size : rules.requiredSizes()) {
      if (!holds(rules, image, size, sizeBytes)) {
        return false;
      }
    }
    return true;
  }
}
