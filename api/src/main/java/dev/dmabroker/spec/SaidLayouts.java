package dev.dmabroker.spec;

import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks the layouts that a device says itself. */
final class SaidLayouts {
  private static final int MOST = 64;

  private SaidLayouts() {}

  /** Checks that each says how a picture is stored, and takes their colour spaces away. */
  static ImmutableSet<Layout> of(Layout... layouts) {
    if (layouts.length == 0 || layouts.length > MOST) {
      throw new InvalidConstraintException(
          "layouts must name 1 to " + MOST + " layouts, names " + layouts.length,
          ConstraintField.LAYOUTS);
    }
    ImmutableSet.Builder<Layout> plain = ImmutableSet.builder();
    for (Layout layout : layouts) {
      Optional<Layout.Image> image = layout.image();
      if (image.isEmpty()) {
        throw new InvalidConstraintException(
            "layouts has one that does not say how a picture is stored: " + layout,
            ConstraintField.LAYOUTS);
      }
      plain.add(new Layout(layout.sizeBytes(), layout.planes(), image.map(SaidLayouts::plain)));
    }
    return plain.build();
  }

  private static Layout.Image plain(Layout.Image image) {
    return new Layout.Image(
        image.format(), image.modifier(), image.codedWidth(), image.codedHeight());
  }

  /**
   * Checks that they are of pictures that an entry is for.
   *
   * @param formats null if the entry is for any format
   * @param modifiers null if the entry is for any modifier
   */
  static void check(
      Set<Layout> layouts, @Nullable Set<PixelFormat> formats, @Nullable Set<Modifier> modifiers) {
    for (Layout layout : layouts) {
      Layout.Image image = layout.image().orElseThrow();
      if (formats != null && !formats.contains(image.format())) {
        throw new InvalidConstraintException(
            "layouts has one of " + image.format() + ", which formats " + formats + " lack",
            ConstraintField.LAYOUTS,
            ConstraintField.FORMATS);
      }
      if (modifiers != null && !modifiers.contains(image.modifier())) {
        throw new InvalidConstraintException(
            "layouts has one of " + image.modifier() + ", which modifiers " + modifiers + " lack",
            ConstraintField.LAYOUTS,
            ConstraintField.MODIFIERS);
      }
    }
  }
}
