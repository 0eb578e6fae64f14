package dev.dmabroker.internal.placement;

import dev.dmabroker.internal.layout.ImageLayout;
import dev.dmabroker.internal.layout.Picture;
import dev.dmabroker.internal.layout.Rules;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import org.jspecify.annotations.Nullable;

/**
 * Describes a way to store an image.
 *
 * @param format how pixels are stored
 * @param modifier how lines are stored
 * @param penalty what it costs to fall back to this format
 * @param said the layout, where a device has said it; null where the rules of devices make it
 */
record StorageForm(PixelFormat format, Modifier modifier, long penalty, @Nullable Layout said) {
  /** The cost of one step down a list of formats, or of a device's alternatives. */
  static final long STEP = 100;

  /** Describes a form whose layout the rules of devices make. */
  StorageForm(PixelFormat format, Modifier modifier, long penalty) {
    this(format, modifier, penalty, /* said= */ null);
  }

  /** Describes the form of a layout that a device has said. */
  static StorageForm said(Layout layout, long penalty) {
    Layout.Image image = layout.image().orElseThrow();
    return new StorageForm(image.format(), image.modifier(), penalty, layout);
  }

  /**
   * Returns the layout of a picture that is stored like this; null if no layout meets the rules.
   */
  @Nullable Layout layout(Picture picture, Rules rules) {
    return said != null
        ? ImageLayout.said(picture, said, rules)
        : ImageLayout.of(picture, format, modifier, rules);
  }

  /** Tells whether format and modifier are those of the image. */
  boolean isLike(Layout.Image image) {
    return format == image.format() && modifier.equals(image.modifier());
  }
}
