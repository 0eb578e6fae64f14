package dev.dmabroker.spec;

/**
 * The size of a picture.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 */
@CheckReturnValue
public record ImageSize(int width, int height) implements Comparable<ImageSize> {

  /**
   * Checks the dimensions.
   *
   * @param height in pixels, at least 1
   * @param width in pixels, at least 1
   * @throws IllegalArgumentException if either is less than 1
   */
  public ImageSize {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "width and height must be at least 1 pixel, are " + width + " x " + height);
    }
  }

  /**
   * {@return a size of {@code width} x {@code height} pixels}
   *
   * @param width the width, in pixels
   * @param height the height, in rows of pixels
   */
  public static ImageSize of(int width, int height) {
    return new ImageSize(width, height);
  }

  /** Compares by width, then by height. */
  @Override
  public int compareTo(ImageSize other) {
    return width != other.width
        ? Integer.compare(width, other.width)
        : Integer.compare(height, other.height);
  }

  @Override
  public String toString() {
    return width + "x" + height;
  }
}
