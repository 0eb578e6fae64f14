package dev.dmabroker.spec;

import java.util.Set;

/** Finds two fields of one entry for pictures that no picture could meet together. */
final class ImageContradictions {
  private final ImageConstraints of;

  private ImageContradictions(ImageConstraints of) {
    this.of = of;
  }

  /**
   * Returns if no two fields contradict each other.
   *
   * @throws InvalidConstraintException for the first two that do
   */
  static void check(ImageConstraints of) {
    ImageContradictions all = new ImageContradictions(of);
    all.modifiers();
    all.orders();
    all.multiples();
    all.pixels();
    SaidLayouts.check(of.layouts, of.formats, of.modifiers);
    of.requiredSizes().forEach(all::required);
  }

  /** Each modifier has to have a layout for one of the formats. */
  private void modifiers() {
    Set<PixelFormat> formats = of.formats().orElse(Set.of());
    for (Modifier modifier : of.modifiers().orElse(Set.of())) {
      if (!formats.isEmpty() && formats.stream().noneMatch(modifier::supports)) {
        throw new InvalidConstraintException(
            "modifiers has " + modifier + ", which has no layout for any of formats " + formats,
            ConstraintField.MODIFIERS,
            ConstraintField.FORMATS);
      }
    }
  }

  private void orders() {
    order(ConstraintField.MIN_WIDTH, ConstraintField.MAX_WIDTH);
    order(ConstraintField.MIN_HEIGHT, ConstraintField.MAX_HEIGHT);
    order(ConstraintField.MIN_STRIDE, ConstraintField.MAX_STRIDE);
    order(ConstraintField.STRIDE_ALIGNMENT, ConstraintField.MAX_STRIDE);
    order(ConstraintField.FIRST_STRIDE_ALIGNMENT, ConstraintField.MAX_STRIDE);
    order(ConstraintField.WIDTH_ALIGNMENT, ConstraintField.MAX_WIDTH);
    order(ConstraintField.HEIGHT_ALIGNMENT, ConstraintField.MAX_HEIGHT);
  }

  private void order(ConstraintField small, ConstraintField large) {
    if (of.number(small) > of.number(large)) {
      throw new InvalidConstraintException(
          small + " " + of.number(small) + " is over " + large + " " + of.number(large),
          small,
          large);
    }
  }

  private void multiples() {
    multiple(ConstraintField.WIDTH_ALIGNMENT, ConstraintField.MIN_WIDTH, ConstraintField.MAX_WIDTH);
    multiple(
        ConstraintField.HEIGHT_ALIGNMENT, ConstraintField.MIN_HEIGHT, ConstraintField.MAX_HEIGHT);
    multiple(
        ConstraintField.STRIDE_ALIGNMENT, ConstraintField.MIN_STRIDE, ConstraintField.MAX_STRIDE);
    multiple(
        ConstraintField.FIRST_STRIDE_ALIGNMENT,
        ConstraintField.MIN_STRIDE,
        ConstraintField.MAX_STRIDE);
  }

  /** A multiple of the alignment has to lie within the limits. */
  private void multiple(ConstraintField alignment, ConstraintField least, ConstraintField most) {
    long step = of.number(alignment);
    if (of.number(most) / step * step < of.number(least)) {
      throw new InvalidConstraintException(
          "no multiple of "
              + alignment
              + " "
              + step
              + " lies between "
              + least
              + " "
              + of.number(least)
              + " and "
              + most
              + " "
              + of.number(most),
          alignment,
          least);
    }
  }

  private void pixels() {
    long most = of.number(ConstraintField.MAX_PIXELS);
    if (of.number(ConstraintField.MIN_WIDTH) > most / of.number(ConstraintField.MIN_HEIGHT)) {
      throw new InvalidConstraintException(
          "minWidth x minHeight is over maxPixels " + most,
          ConstraintField.MIN_WIDTH,
          ConstraintField.MAX_PIXELS);
    }
  }

  private void required(ImageSize size) {
    required(size, size.width(), ConstraintField.MAX_WIDTH);
    required(size, size.height(), ConstraintField.MAX_HEIGHT);
    required(size, (long) size.width() * size.height(), ConstraintField.MAX_PIXELS);
  }

  private void required(ImageSize size, long number, ConstraintField limit) {
    if (number > of.number(limit)) {
      throw new InvalidConstraintException(
          "requiredSizes has " + size + ", which is over " + limit + " " + of.number(limit),
          ConstraintField.REQUIRED_SIZES,
          limit);
    }
  }
}
