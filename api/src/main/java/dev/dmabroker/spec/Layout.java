package dev.dmabroker.spec;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How contents lie in a buffer. The constructors check that all numbers agree with one another, and
 * with the picture if there is one: its format gives the number of planes, its modifier the tiles,
 * and its coded size the lines and their bytes. Strides, offsets and the size are free as far as
 * planes do not overlap and consist of whole tiles. With an {@linkplain Modifier#isOpaque opaque}
 * modifier there may be more planes or fewer than the format has, and of a plane's lines nothing is
 * known: it may say {@code lines=1}. Immutable.
 *
 * <p>A first move compares layouts, and a first program prints one. So the methods that a record
 * has by itself are written out: the JVM makes those at their first call, which takes a twentieth
 * of a program's start.
 *
 * @param sizeBytes bytes from the start of the buffer to the end of what any device may touch,
 *     padding included
 * @param planes the planes in the order of their offsets
 * @param image how the picture is stored; empty for bytes without structure
 */
public record Layout(long sizeBytes, List<Plane> planes, Optional<Image> image) {

  /**
   * One plane of a layout.
   *
   * <p>In a tiled plane a row of tiles lies together: {@code strideBytes x tileLines} bytes, of
   * which the first {@code lineBytes x tileLines} carry contents. A linear plane is a plane with
   * tiles of one line.
   *
   * @param offsetBytes where the plane starts in the buffer, at least 0; in a tiled plane a
   *     multiple of a tile's bytes, as the i915 driver requires of tiled framebuffers
   * @param strideBytes from the start of one line to the start of the next; whole tiles
   * @param lineBytes bytes of a line that carry contents, at least 1 and at most {@code
   *     strideBytes}; whole tiles
   * @param lines number of lines that carry contents, at least 1; whole tiles
   * @param tileLines lines of a tile, 1 in a linear plane
   */
  public record Plane(
      long offsetBytes, long strideBytes, long lineBytes, long lines, int tileLines) {

    /**
     * Checks the numbers.
     *
     * @param offsetBytes where the plane starts in the buffer, at least 0; in a tiled plane a
     *     multiple of a tile's bytes, as the i915 driver requires of tiled framebuffers
     * @param strideBytes from the start of one line to the start of the next; whole tiles
     * @param lineBytes bytes of a line that carry contents, at least 1 and at most {@code
     *     strideBytes}; whole tiles
     * @param lines number of lines that carry contents, at least 1; whole tiles
     * @param tileLines lines of a tile, 1 in a linear plane
     * @throws IllegalArgumentException if one is out of its range, or the plane ends over 2^63
     */
    public Plane {
      LayoutChecks.plane(offsetBytes, strideBytes, lineBytes, lines, tileLines);
    }

    /**
     * Makes a linear plane.
     *
     * @param offsetBytes where the plane starts in the buffer, at least 0; in a tiled plane a
     *     multiple of a tile's bytes, as the i915 driver requires of tiled framebuffers
     * @param strideBytes from the start of one line to the start of the next; whole tiles
     * @param lineBytes bytes of a line that carry contents, at least 1 and at most {@code
     *     strideBytes}; whole tiles
     * @param lines number of lines that carry contents, at least 1; whole tiles
     * @throws IllegalArgumentException if a number is out of its range, or the plane ends over 2^63
     */
    public Plane(long offsetBytes, long strideBytes, long lineBytes, long lines) {
      this(offsetBytes, strideBytes, lineBytes, lines, 1);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Plane plane
          && offsetBytes == plane.offsetBytes
          && strideBytes == plane.strideBytes
          && lineBytes == plane.lineBytes
          && lines == plane.lines
          && tileLines == plane.tileLines;
    }

    @Override
    public int hashCode() {
      return Objects.hash(offsetBytes, strideBytes, lineBytes, lines, tileLines);
    }

    /** {@return where the plane starts, its stride, its lines, and the lines of its tiles} */
    @Override
    public String toString() {
      String lie = "offset " + offsetBytes + ", stride " + strideBytes;
      String hold = ", lines " + lines + ", bytes per line " + lineBytes;
      return lie + hold + (tileLines == 1 ? "" : ", lines per tile " + tileLines);
    }
  }

  /**
   * How the picture of a layout is stored.
   *
   * @param format how pixels are stored
   * @param modifier how lines are stored
   * @param codedWidth width in pixels, alignment included, at least 1
   * @param codedHeight height in pixels, alignment included, at least 1
   * @param colorSpace the colour space: what the buffer's spec says, or the first in the order of
   *     {@link ColorSpace} that all devices took when the memory was chosen; empty if neither the
   *     spec nor a device said anything
   */
  public record Image(
      PixelFormat format,
      Modifier modifier,
      int codedWidth,
      int codedHeight,
      Optional<ColorSpace> colorSpace) {

    /**
     * Checks the numbers.
     *
     * @param format how pixels are stored
     * @param modifier how lines are stored
     * @param codedWidth width in pixels, alignment included, at least 1
     * @param codedHeight height in pixels, alignment included, at least 1
     * @param colorSpace the colour space: what the buffer's spec says, or the first in the order of
     *     {@link ColorSpace} that all devices took when the memory was chosen; empty if neither the
     *     spec nor a device said anything
     * @throws IllegalArgumentException if the coded size is empty, or the modifier does not
     *     {@linkplain Modifier#supports support} the format
     */
    public Image {
      LayoutChecks.image(format, modifier, codedWidth, codedHeight);
      Objects.requireNonNull(colorSpace, "colorSpace");
    }

    /**
     * Says nothing of the colour space.
     *
     * @param format how pixels are stored
     * @param modifier how lines are stored
     * @param codedWidth width in pixels, alignment included, at least 1
     * @param codedHeight height in pixels, alignment included, at least 1
     * @throws IllegalArgumentException if the coded size is empty, or the modifier does not
     *     {@linkplain Modifier#supports support} the format
     */
    public Image(PixelFormat format, Modifier modifier, int codedWidth, int codedHeight) {
      this(format, modifier, codedWidth, codedHeight, Optional.empty());
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Image image
          && format == image.format
          && modifier.equals(image.modifier)
          && codedWidth == image.codedWidth
          && codedHeight == image.codedHeight
          && colorSpace.equals(image.colorSpace);
    }

    @Override
    public int hashCode() {
      return Objects.hash(format, modifier, codedWidth, codedHeight, colorSpace);
    }

    /** {@return the format, the coded size in pixels, the modifier, and the colour space} */
    @Override
    public String toString() {
      String picture = format + " " + codedWidth + "x" + codedHeight + " " + modifier;
      return colorSpace.map(space -> picture + " " + space).orElse(picture);
    }
  }

  /**
   * Copies the list, and checks that the planes fit the picture and the size.
   *
   * @param planes the planes in the order of their offsets
   * @param sizeBytes bytes from the start of the buffer to the end of what any device may touch,
   *     padding included
   * @param image how the picture is stored; empty for bytes without structure
   * @throws IllegalArgumentException if there is no plane, if planes overlap or are not in the
   *     order of their offsets, if contents lie past the size, or if the planes are not those that
   *     format, modifier and coded size make
   */
  public Layout {
    planes = ImmutableList.copyOf(planes);
    LayoutChecks.order(sizeBytes, planes);
    if (image.isPresent()) {
      LayoutChecks.picture(planes, image.get());
    }
  }

  /**
   * Makes a layout without a picture.
   *
   * @param sizeBytes bytes from the start of the buffer to the end of what any device may touch,
   *     padding included
   * @param planes the planes in the order of their offsets
   * @throws IllegalArgumentException if there is no plane, if planes overlap or are not in the
   *     order of their offsets, or if contents lie past the size
   */
  public Layout(long sizeBytes, List<Plane> planes) {
    this(sizeBytes, planes, Optional.empty());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Layout layout
        && sizeBytes == layout.sizeBytes
        && planes.equals(layout.planes)
        && image.equals(layout.image);
  }

  @Override
  public int hashCode() {
    return Objects.hash(sizeBytes, planes, image);
  }

  /** {@return the size in bytes, the picture if there is one, and the planes} */
  @Override
  public String toString() {
    return sizeBytes
        + " bytes"
        + image.map(each -> " of " + each).orElse("")
        + " in planes "
        + planes;
  }
}
