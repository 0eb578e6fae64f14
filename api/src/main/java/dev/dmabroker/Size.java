package dev.dmabroker;

/**
 * The size of a picture.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 */
public record Size(int width, int height) implements Comparable<Size> {

  /** Checks the dimensions. */
  public Size {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "width and height must be at least 1 pixel, are " + width + " x " + height);
    }
  }

  /** {@code width} x {@code height} pixels. */
  public static Size of(int width, int height) {
    return new Size(width, height);
  }

  /** By width, then by height. */
  @Override
  public int compareTo(Size other) {
    return width != other.width
        ? Integer.compare(width, other.width)
        : Integer.compare(height, other.height);
  }

  @Override
  public String toString() {
    return width + "x" + height;
  }
}
