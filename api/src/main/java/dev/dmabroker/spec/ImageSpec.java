package dev.dmabroker.spec;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.internal.layout.ImageLayout;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The spec of a buffer that holds a picture.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 * @param formats the formats in which pixels may be stored, best first, at least one; the devices
 *     decide between them
 * @param colorSpace the colour space, which every device has to take; empty if it does not matter
 */
@CheckReturnValue
public record ImageSpec(
    int width, int height, List<PixelFormat> formats, Optional<ColorSpace> colorSpace)
    implements BufferSpec {

  /**
   * Checks the dimensions and that there is a format.
   *
   * @throws IllegalArgumentException if the picture is empty or has no format
   */
  public ImageSpec {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "width and height must be at least 1 pixel, are " + width + " x " + height);
    }
    formats = formats.stream().distinct().collect(ImmutableList.toImmutableList());
    if (formats.isEmpty()) {
      throw new IllegalArgumentException("a picture needs at least one format");
    }
    Objects.requireNonNull(colorSpace, "colorSpace");
  }

  /**
   * A spec of {@code width} x {@code height} pixels.
   *
   * @param format how pixels are stored
   * @param others formats to fall back to, best first
   */
  public static ImageSpec of(int width, int height, PixelFormat format, PixelFormat... others) {
    return new ImageSpec(
        width,
        height,
        ImmutableList.<PixelFormat>builder().add(format).add(others).build(),
        Optional.empty());
  }

  /** A picture like this one, in the given colour space. */
  public ImageSpec in(ColorSpace colorSpace) {
    return new ImageSpec(width, height, formats, Optional.of(colorSpace));
  }

  /** The preferred format. */
  public PixelFormat format() {
    return formats.get(0);
  }

  /** {@inheritDoc} It is that of the first format whose size does not overflow. */
  @Override
  public Layout layout() {
    for (PixelFormat format : formats) {
      Layout layout = ImageLayout.tightest(width, height, format, colorSpace);
      if (layout != null) {
        return layout;
      }
    }
    throw new IllegalArgumentException(this + " is over 2^63 bytes");
  }

  @Override
  public String toString() {
    String text =
        width + "x" + height + " " + (formats.size() == 1 ? format().toString() : formats);
    return colorSpace.map(space -> text + " " + space).orElse(text);
  }
}
