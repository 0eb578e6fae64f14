package dev.dmabroker.spec;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects what a device asks of pictures. Each field may be set once. Not thread-safe. */
public final class ImageConstraintsBuilder {
  private static final int MAX_REQUIRED_SIZES = 16;

  /** The fields that were set here, not by the constraints that the builder was made from. */
  private final Set<ConstraintField> set = EnumSet.noneOf(ConstraintField.class);

  private @Nullable ImmutableSortedSet<PixelFormat> formats;
  private @Nullable ImmutableSortedSet<Modifier> modifiers;
  private boolean anyModifier;
  private @Nullable ImmutableSortedSet<ColorSpace> colorSpaces;
  private @Nullable ImmutableSet<Layout> layouts;
  private @Nullable ImmutableSortedSet<ImageSize> requiredSizes;
  private final Map<ConstraintField, Long> numbers = new EnumMap<>(ConstraintField.class);

  ImageConstraintsBuilder() {}

  ImageConstraintsBuilder(ImageConstraints template) {
    formats = template.formats;
    modifiers = template.declaresModifiers ? template.modifiers : null;
    anyModifier = template.modifiers == null;
    colorSpaces = template.colorSpaces;
    layouts = template.layouts;
    requiredSizes = template.requiredSizes;
    numbers.putAll(template.numbers);
  }

  /**
   * Sets the formats that the demands are for, instead of all formats that no other entry of the
   * device names.
   *
   * @param formats the formats
   * @return this builder
   * @throws InvalidConstraintException if there is no format
   */
  public ImageConstraintsBuilder formats(PixelFormat... formats) {
    if (formats.length == 0) {
      throw new InvalidConstraintException(
          "formats names no format, so no picture could ever be placed; leave it out to take all",
          ConstraintField.FORMATS);
    }
    markSet(ConstraintField.FORMATS);
    this.formats = ImmutableSortedSet.copyOf(formats);
    return this;
  }

  /**
   * Sets the modifiers that the device takes, instead of linear only. The device takes all of them
   * equally; a device that prefers one gives alternatives.
   *
   * @param modifiers the modifiers
   * @return this builder
   * @throws InvalidConstraintException if there is no modifier
   */
  public ImageConstraintsBuilder modifiers(Modifier... modifiers) {
    if (modifiers.length == 0) {
      throw new InvalidConstraintException(
          "modifiers names no modifier; leave it out to take LINEAR, or use anyModifier()",
          ConstraintField.MODIFIERS);
    }
    markSet(ConstraintField.MODIFIERS);
    anyModifier = false;
    this.modifiers = ImmutableSortedSet.copyOf(modifiers);
    return this;
  }

  /**
   * Says that the device takes every modifier.
   *
   * @return this builder
   */
  public ImageConstraintsBuilder anyModifier() {
    markSet(ConstraintField.MODIFIERS);
    anyModifier = true;
    modifiers = null;
    return this;
  }

  /**
   * Sets the only colour spaces that the device takes. It takes all of them equally, and the broker
   * chooses by the order of the constants; a device that prefers one says so by {@link
   * ConstraintsBuilder#prefer}.
   *
   * @param colorSpaces the colour spaces
   * @return this builder
   * @throws InvalidConstraintException if there is no colour space
   */
  public ImageConstraintsBuilder colorSpaces(ColorSpace... colorSpaces) {
    if (colorSpaces.length == 0) {
      throw new InvalidConstraintException(
          "colorSpaces names none; leave it out to take all", ConstraintField.COLOR_SPACES);
    }
    markSet(ConstraintField.COLOR_SPACES);
    this.colorSpaces = ImmutableSortedSet.copyOf(colorSpaces);
    return this;
  }

  /**
   * Says how pictures lie, where the device knows it and the broker cannot compute it, as with an
   * {@linkplain Modifier#isOpaque opaque} modifier, or where the device takes nothing else. Of the
   * formats and modifiers that these layouts have, the device takes these alone; a picture lies in
   * one of a coded size that holds it. Other devices take them if they name the modifier, and have
   * said no layouts of their own for it. Offsets and strides have to meet what they ask; all else
   * that the bytes mean is theirs to know.
   *
   * <p>Of a plane with an opaque modifier nothing but the offset and the stride has a meaning to
   * the broker: it copies all bytes of the layout, and only to where they lie likewise. A buffer
   * that was exported before the device was registered does not know the layouts.
   *
   * @param layouts the layouts that the device takes
   * @return this builder
   * @throws InvalidConstraintException if there are no layouts, or more than 64, or one is of no
   *     picture
   */
  public ImageConstraintsBuilder layouts(Layout... layouts) {
    markSet(ConstraintField.LAYOUTS);
    this.layouts = SaidLayouts.of(layouts);
    return this;
  }

  /**
   * Sets the smallest width and height that the device takes, in pixels; smaller pictures are coded
   * at this size.
   *
   * @param width the width, in pixels
   * @param height the height, in rows of pixels
   * @return this builder
   * @throws InvalidConstraintException if either is less than 1
   */
  public ImageConstraintsBuilder minSize(int width, int height) {
    return numbers(ConstraintField.MIN_WIDTH, width, ConstraintField.MIN_HEIGHT, height);
  }

  /**
   * Sets the largest coded width and height that the device takes, in pixels.
   *
   * @param width the width, in pixels
   * @param height the height, in rows of pixels
   * @return this builder
   * @throws InvalidConstraintException if either is less than 1
   */
  public ImageConstraintsBuilder maxSize(int width, int height) {
    return numbers(ConstraintField.MAX_WIDTH, width, ConstraintField.MAX_HEIGHT, height);
  }

  /**
   * Sets the sizes of pictures that the buffer has to be able to hold besides its own.
   *
   * @param sizes the sizes
   * @return this builder
   * @throws InvalidConstraintException if there are no sizes, or more than 16
   */
  public ImageConstraintsBuilder requiredSizes(ImageSize... sizes) {
    if (sizes.length == 0 || sizes.length > MAX_REQUIRED_SIZES) {
      throw new InvalidConstraintException(
          "requiredSizes must name 1 to " + MAX_REQUIRED_SIZES + " sizes, names " + sizes.length,
          ConstraintField.REQUIRED_SIZES);
    }
    markSet(ConstraintField.REQUIRED_SIZES);
    requiredSizes = ImmutableSortedSet.copyOf(sizes);
    return this;
  }

  /**
   * Sets the most pixels of a coded picture.
   *
   * @param pixels the number of pixels
   * @return this builder
   * @throws InvalidConstraintException if the number is less than 1
   */
  public ImageConstraintsBuilder maxPixels(long pixels) {
    return number(ConstraintField.MAX_PIXELS, pixels);
  }

  /**
   * Sets the alignment of the size: the coded width and height are multiples of these, in pixels.
   *
   * @param width the width, in pixels
   * @param height the height, in rows of pixels
   * @return this builder
   * @throws InvalidConstraintException if either is less than 1
   */
  public ImageConstraintsBuilder sizeAlignment(int width, int height) {
    return numbers(
        ConstraintField.WIDTH_ALIGNMENT, width, ConstraintField.HEIGHT_ALIGNMENT, height);
  }

  /**
   * Sets the alignment of the visible picture: its width and height have to be multiples of these,
   * in pixels. The broker cannot help here: a picture of another size is refused.
   *
   * @param width the width, in pixels
   * @param height the height, in rows of pixels
   * @return this builder
   * @throws InvalidConstraintException if either is less than 1
   */
  public ImageConstraintsBuilder displayAlignment(int width, int height) {
    return numbers(
        ConstraintField.DISPLAY_WIDTH_ALIGNMENT,
        width,
        ConstraintField.DISPLAY_HEIGHT_ALIGNMENT,
        height);
  }

  /**
   * Sets the smallest stride of the first plane.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is less than 1
   */
  public ImageConstraintsBuilder minStride(long bytes) {
    return number(ConstraintField.MIN_STRIDE, bytes);
  }

  /**
   * Sets the largest stride of the first plane.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is less than 1
   */
  public ImageConstraintsBuilder maxStride(long bytes) {
    return number(ConstraintField.MAX_STRIDE, bytes);
  }

  /**
   * Sets the alignment of the strides of all planes: each is a multiple of {@code bytes}. As
   * strides keep the ratio of rows, the first plane's may have to be a multiple of more: of {@code
   * 2 * bytes} in {@link PixelFormat#YUV420}, where chroma's stride is half of luma's. DRM (the
   * pitches of a framebuffer), GBM and gralloc have a stride for each plane, and this binds all of
   * them.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is less than 1
   */
  public ImageConstraintsBuilder strideAlignment(long bytes) {
    return number(ConstraintField.STRIDE_ALIGNMENT, bytes);
  }

  /**
   * Sets the alignment of the first plane's stride alone: it is a multiple of {@code bytes}, and
   * the strides of further planes follow from it. This is what V4L2's single-planar {@code
   * bytesperline} says.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is less than 1
   */
  public ImageConstraintsBuilder firstStrideAlignment(long bytes) {
    return number(ConstraintField.FIRST_STRIDE_ALIGNMENT, bytes);
  }

  /**
   * Sets the alignment of the start: the first plane's offset in the buffer is a multiple of {@code
   * bytes}.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is less than 1
   */
  public ImageConstraintsBuilder startOffsetAlignment(long bytes) {
    return number(ConstraintField.START_OFFSET_ALIGNMENT, bytes);
  }

  /**
   * Sets the alignment of planes: every plane's offset in the buffer is a multiple of {@code
   * bytes}.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is less than 1
   */
  public ImageConstraintsBuilder planeOffsetAlignment(long bytes) {
    return number(ConstraintField.PLANE_OFFSET_ALIGNMENT, bytes);
  }

  /**
   * Sets the size of the blocks, in pixels, that the device accesses as a whole. Memory is padded
   * to whole blocks on the right and below.
   *
   * @param width the width, in pixels
   * @param height the height, in rows of pixels
   * @return this builder
   * @throws InvalidConstraintException if either is less than 1
   */
  public ImageConstraintsBuilder blockPadding(int width, int height) {
    return numbers(ConstraintField.BLOCK_WIDTH, width, ConstraintField.BLOCK_HEIGHT, height);
  }

  /**
   * Sets how many bytes past the end of the picture the device may read.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is negative
   */
  public ImageConstraintsBuilder overRead(long bytes) {
    return number(ConstraintField.OVER_READ, bytes);
  }

  /**
   * Sets how many rows of pixels after the last row of each plane the device may touch.
   *
   * @param rows the number of rows
   * @return this builder
   * @throws InvalidConstraintException if {@code rows} is negative
   */
  public ImageConstraintsBuilder verticalPadding(int rows) {
    return number(ConstraintField.VERTICAL_PADDING, rows);
  }

  /** Sets both numbers, or none of them if one is refused. */
  private ImageConstraintsBuilder numbers(
      ConstraintField one, long oneValue, ConstraintField other, long otherValue) {
    check(one, oneValue);
    check(other, otherValue);
    markSet(one);
    markSet(other);
    numbers.put(one, oneValue);
    numbers.put(other, otherValue);
    return this;
  }

  private ImageConstraintsBuilder number(ConstraintField field, long value) {
    check(field, value);
    markSet(field);
    numbers.put(field, value);
    return this;
  }

  private void check(ConstraintField field, long value) {
    long least = Math.min(field.neutral(), 1);
    if (value < least) {
      throw new InvalidConstraintException(
          field + " must be at least " + least + ", is " + value, field);
    }
  }

  private void markSet(ConstraintField field) {
    if (!set.add(field)) {
      throw new IllegalStateException(field + " is set already");
    }
  }

  /**
   * Builds the constraints.
   *
   * @return the constraints
   * @throws InvalidConstraintException if two fields contradict each other; the exception names
   *     both
   */
  @CheckReturnValue
  public ImageConstraints build() {
    // A value that asks for nothing is left out, so that equal constraints are equal.
    Map<ConstraintField, Long> asking = new EnumMap<>(ConstraintField.class);
    numbers.forEach(
        (field, value) -> {
          if (value != field.neutral()) {
            asking.put(field, value);
          }
        });
    ImageConstraints built =
        new ImageConstraints(
            formats,
            anyModifier ? null : taken(),
            modifiers != null,
            colorSpaces,
            layouts == null ? ImmutableSet.of() : layouts,
            requiredSizes == null ? ImmutableSortedSet.of() : requiredSizes,
            asking);
    ImageContradictions.check(built);
    return built;
  }

  /** The modifiers that the device takes, unless it takes any. */
  private ImmutableSortedSet<Modifier> taken() {
    return modifiers != null ? modifiers : ImmutableSortedSet.of(Modifier.LINEAR);
  }
}
