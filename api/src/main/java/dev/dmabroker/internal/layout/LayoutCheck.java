package dev.dmabroker.internal.layout;

import static dev.dmabroker.internal.layout.Arithmetic.ceilDiv;
import static dev.dmabroker.internal.layout.Arithmetic.roundUp;
import static dev.dmabroker.internal.layout.Arithmetic.rowBytes;

import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.ImageSize;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import java.util.List;

/**
 * Checks layouts that exist already, for example those of adopted memory: whether they meet rules,
 * and whether all contents fit in.
 */
public final class LayoutCheck {
  private LayoutCheck() {}

  /**
   * Tells whether a picture that lies like this, in memory of {@code sizeBytes}, meets the rules.
   */
  public static boolean accepts(Rules rules, Picture picture, Layout layout, long sizeBytes) {
    Layout.Image image = layout.image().orElseThrow();
    long width = image.codedWidth();
    long height = image.codedHeight();
    return rules.takes(picture.colorSpace())
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
        || first.offsetBytes() % rules.number(ConstraintField.START_OFFSET_ALIGNMENT) != 0) {
      return false;
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
      if (plane.strideBytes() % rules.number(ConstraintField.STRIDE_ALIGNMENT) != 0
          || plane.offsetBytes() % rules.number(ConstraintField.PLANE_OFFSET_ALIGNMENT) != 0
          || plane.strideBytes() < rowBytes(shape, paddedWidth)
          || lines > (room - plane.offsetBytes()) / plane.strideBytes()) {
        return false;
      }
    }
    return true;
  }

  /** Tells whether the memory would hold pictures of all sizes that the rules require. */
  private static boolean holdsRequired(Rules rules, Layout.Image image, long sizeBytes) {
    for (ImageSize size : rules.requiredSizes()) {
      Layout needed =
          ImageLayout.of(size.width(), size.height(), image.format(), image.modifier(), rules);
      if (needed == null || needed.sizeBytes() > sizeBytes) {
        return false;
      }
    }
    return true;
  }

  /**
   * Tells whether each plane has at least the lines of {@code least}, all of them within the
   * layout's size.
   */
  public static boolean holds(Layout layout, List<Layout.Plane> least) {
    if (least.size() != layout.planes().size()) {
      return false;
    }
    for (int i = 0; i < least.size(); i++) {
      Layout.Plane plane = layout.planes().get(i);
      if (plane.tileLines() < 1
          || plane.lineBytes() < least.get(i).lineBytes()
          || plane.lines() < least.get(i).lines()
          || plane.strideBytes() < plane.lineBytes()
          || plane.offsetBytes() < 0
          || plane.offsetBytes() > layout.sizeBytes() - plane.lineBytes()
          || plane.lines() - 1
              > (layout.sizeBytes() - plane.offsetBytes() - plane.lineBytes())
                  / plane.strideBytes()) {
        return false;
      }
    }
    return true;
  }
}
