package dev.dmabroker.spec;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
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
public record ImageSpec(
    int width, int height, List<PixelFormat> formats, Optional<ColorSpace> colorSpace)
    implements BufferSpec {

  /**
   * Checks the dimensions and that there is a format.
   *
   * @param height in pixels, at least 1
   * @param colorSpace the colour space, which every device has to take; empty if it does not matter
   * @param formats the formats in which pixels may be stored, best first, at least one; the devices
   *     decide between them
   * @param width in pixels, at least 1
   * @throws IllegalArgumentException if the picture is empty or has no format
   */
  public ImageSpec {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "width and height must be at least 1 pixel, are " + width + " x " + height);
    }
    formats = ImmutableSet.copyOf(formats).asList(); // Each once.
    if (formats.isEmpty()) {
      throw new IllegalArgumentException("a picture needs at least one format");
    }
    Objects.requireNonNull(colorSpace, "colorSpace");
  }

  /**
   * {@return a spec of {@code width} x {@code height} pixels}
   *
   * @param width the width, in pixels
   * @param height the height, in rows of pixels
   * @param format how pixels are stored
   * @param others formats to fall back to, best first
   */
  @CheckReturnValue
  public static ImageSpec of(int width, int height, PixelFormat format, PixelFormat... others) {
    return new ImageSpec(
        width,
        height,
        ImmutableList.<PixelFormat>builder().add(format).add(others).build(),
        Optional.empty());
  }

  /**
   * {@return a builder of a picture of {@code width} x {@code height} pixels}
   *
   * @param width the width, in pixels
   * @param height the height, in rows of pixels
   * @param format how pixels are stored
   * @param others formats to fall back to, best first
   */
  @CheckReturnValue
  public static Builder builder(int width, int height, PixelFormat format, PixelFormat... others) {
    return new Builder(of(width, height, format, others));
  }

  /** {@return a builder that has the parts of this spec} */
  @CheckReturnValue
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** {@return the preferred format} */
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

  /** Collects the parts of a spec; the last value of a part counts. Not thread-safe. */
  public static final class Builder {
    private int width;
    private int height;
    private List<PixelFormat> formats;
    private Optional<ColorSpace> colorSpace;

    private Builder(ImageSpec spec) {
      width = spec.width;
      height = spec.height;
      formats = spec.formats;
      colorSpace = spec.colorSpace;
    }

    /**
     * Sets the size, in pixels, for a spec that is made from another one.
     *
     * @param width the width, in pixels
     * @param height the height, in rows of pixels
     * @return this builder
     */
    public Builder size(int width, int height) {
      this.width = width;
      this.height = height;
      return this;
    }

    /**
     * Sets the formats, best first, for a spec that is made from another one.
     *
     * @param formats the formats
     * @return this builder
     */
    public Builder formats(PixelFormat... formats) {
      this.formats = ImmutableList.copyOf(formats);
      return this;
    }

    /**
     * Sets the colour space, which every device has to take; it does not matter unless set.
     *
     * @param colorSpace the colour space of the pixels
     * @return this builder
     */
    public Builder colorSpace(ColorSpace colorSpace) {
      this.colorSpace = Optional.of(colorSpace);
      return this;
    }

    /**
     * Builds the spec.
     *
     * @return the spec
     * @throws IllegalArgumentException if the picture is empty or has no format
     */
    @CheckReturnValue
    public ImageSpec build() {
      return new ImageSpec(width, height, formats, colorSpace);
    }
  }
}
