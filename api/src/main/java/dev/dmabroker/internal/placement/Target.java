package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.internal.layout.ImageLayout;
import dev.dmabroker.internal.layout.Picture;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import java.util.List;
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

  private Target(BufferSpec spec, Layout layout, ImmutableList<StorageForm> forms) {
    this.spec = spec;
    this.picture =
        spec instanceof ImageSpec image
            ? new Picture(image.width(), image.height(), image.colorSpace())
            : null;
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
      return new Target(spec, layout, ImmutableList.of(BLOB));
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
    return new Target(spec, layout, forms.build());
  }

  /**
   * Returns this target, to be stored in that one way; this object itself if what is stored is no
   * picture.
   */
  public Target storedAs(Optional<Layout.Image> stored) {
    return stored
        .map(
            image ->
                new Target(
                    spec,
                    layout,
                    ImmutableList.of(
                        new StorageForm(image.format(), image.modifier(), /* penalty= */ 0))))
        .orElse(this);
  }

  /** Returns the formats of a picture, best first; none if the buffer holds bytes. */
  List<PixelFormat> formats() {
    return spec.image().map(ImageSpec::formats).orElse(List.of());
  }

  /** Returns this target, to be stored in one of its formats. */
  Target in(PixelFormat format) {
    return new Target(
        spec,
        layout,
        forms.stream()
            .filter(form -> form.format() == format)
            .collect(ImmutableList.toImmutableList()));
  }

  /** Tells whether another target of the buffer can be stored in no other ways than this one. */
  @SuppressWarnings("ReferenceEquality") // Mostly it is this object.
  public boolean isStoredLike(Target other) {
    return this == other || forms.equals(other.forms);
  }

  public BufferSpec spec() {
    return spec;
  }

  /** Returns the tightest layout, which the buffer has when no device asks for more. */
  public Layout layout() {
    return layout;
  }

  /** Returns the tightest layout in the format that takes least. */
  Layout smallest() {
    Layout smallest = layout;
    if (picture != null) {
      for (StorageForm form : forms) {
        Layout other = ImageLayout.tightest(picture.width(), picture.height(), form.format());
        if (other != null && (!isStorable(smallest) || other.sizeBytes() < smallest.sizeBytes())) {
          smallest = other;
        }
      }
    }
    return smallest;
  }

  /** Tells whether a layout has one of the formats that are left. */
  private boolean isStorable(Layout candidate) {
    return candidate.image().stream()
        .anyMatch(image -> forms.stream().anyMatch(form -> form.format() == image.format()));
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
