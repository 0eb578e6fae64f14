package dev.dmabroker.spec;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;

/**
 * How contents lie in a buffer.
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
   * @param offsetBytes where the plane starts in the buffer
   * @param strideBytes from the start of one line to the start of the next
   * @param lineBytes bytes of a line that carry contents, at most {@code strideBytes}; whole tiles
   * @param lines number of lines that carry contents; whole tiles
   * @param tileLines lines of a tile, 1 in a linear plane
   */
  public record Plane(
      long offsetBytes, long strideBytes, long lineBytes, long lines, int tileLines) {

    /** Makes a linear plane. */
    public Plane(long offsetBytes, long strideBytes, long lineBytes, long lines) {
      this(offsetBytes, strideBytes, lineBytes, lines, 1);
    }
  }

  /**
   * How the picture of a layout is stored.
   *
   * @param format how pixels are stored
   * @param modifier how lines are stored
   * @param codedWidth width in pixels, alignment included
   * @param codedHeight height in pixels, alignment included
   */
  public record Image(PixelFormat format, Modifier modifier, int codedWidth, int codedHeight) {}

  /** Copies the list. */
  public Layout {
    planes = ImmutableList.copyOf(planes);
  }

  /** Makes a layout without a picture. */
  public Layout(long sizeBytes, List<Plane> planes) {
    this(sizeBytes, planes, Optional.empty());
  }
}
