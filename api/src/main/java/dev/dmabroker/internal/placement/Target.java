package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.internal.layout.Picture;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.CompressedFormat;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Describes the buffer that is to be placed, with every way to store it. A buffer makes its target
 * once: while it has contents it can only be stored as it is.
 */
public final class Target {
  private static final Modifier[] MODIFIERS = Modifier.values();

  private static final StorageForm BLOB =
      new StorageForm(PixelFormat.GREY, Modifier.LINEAR, /* penalty= */ 0);

  private final BufferSpec spec;
  private final @Nullable Picture picture;
  private final Layout layout;
  private final ImmutableList<StorageForm> forms;

  private Target(
      BufferSpec spec, @Nullable Picture picture, Layout layout, ImmutableList<StorageForm> forms) {
    this.spec = spec;
    this.picture = picture;
    this.layout = layout;
    this.forms = forms;
  }

  /**
   * Returns every way to store what is specified.
   *
   * @throws IllegalArgumentException if its size overflows
   */
  public static Target of(BufferSpec spec) {
    Layout layout = spec.layout();
    if (!(spec instanceof ImageSpec image)) {
      return new Target(spec, /* picture= */ null, layout, ImmutableList.of(BLOB));
    }
    ImmutableList.Builder<StorageForm> forms = ImmutableList.builder();
    long penalty = 0;
    for (PixelFormat format : image.formats()) {
      for (Modifier modifier : MODIFIERS) {
        if (modifier.supports(format)) {
          forms.add(new StorageForm(format, modifier, penalty));
        }
      }
      penalty += StorageForm.STEP;
    }
    return new Target(
        spec,
        new Picture(image.width(), image.height(), image.colorSpace()),
        layout,
        forms.build());
  }

  /**
   * Returns this target, to be stored in that one way, in the colour space that is stored; this
   * object itself if what is stored is no picture.
   */
  public Target storedAs(Optional<Layout.Image> stored) {
    Picture its = picture;
    if (its == null || stored.isEmpty()) {
      return this;
    }
    Layout.Image image = stored.get();
    return new Target(
        spec,
        new Picture(its.width(), its.height(), image.colorSpace().or(its::colorSpace)),
        layout,
        ImmutableList.of(new StorageForm(image.format(), image.modifier(), /* penalty= */ 0)));
  }

  /** Tells whether another target of the buffer can be stored in no other ways than this one. */
  @SuppressWarnings("ReferenceEquality") // Mostly it is this object.
  public boolean isStoredLike(Target other) {
    return this == other || (forms.equals(other.forms) && Objects.equals(picture, other.picture));
  }

  public BufferSpec spec() {
    return spec;
  }

  /** Returns the tightest layout, which the buffer has when no device asks for more. */
  public Layout layout() {
    return layout;
  }

  /** Returns the format of compressed bytes; empty if it does not matter, or if they are none. */
  Optional<CompressedFormat> compressed() {
    return spec instanceof BlobSpec bytes ? bytes.format() : Optional.empty();
  }

  boolean isImage() {
    return picture != null;
  }

  /** Returns the picture; null if the buffer holds bytes without structure. */
  @Nullable Picture picture() {
    return picture;
  }

  ImmutableList<StorageForm> forms() {
    return forms;
  }
}
