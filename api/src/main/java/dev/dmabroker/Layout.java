package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * How contents lie in a buffer.
 *
 * @param sizeBytes bytes from the start of the first plane to the end of the last
 * @param planes the planes in the order of their offsets
 */
public record Layout(long sizeBytes, List<Plane> planes) {

  /**
   * One plane.
   *
   * @param offsetBytes where the plane starts in the buffer
   * @param strideBytes from the start of one line to the start of the next
   * @param lineBytes bytes of a line that carry contents, at most {@code strideBytes}
   * @param lines number of lines
   */
  public record Plane(long offsetBytes, long strideBytes, long lineBytes, long lines) {}

  /** Copies the list. */
  public Layout {
    planes = ImmutableList.copyOf(planes);
  }
}
