package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.dmabroker.internal.layout.ImageLayout;
import dev.dmabroker.internal.layout.Picture;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.CompressedFormat;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Describes the buffer that is to be placed, with every way to store it. A buffer makes its target
 * once: while it has contents it can only be stored as it is.
 */
public final class Target {
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
   * Returns every way to store what is specified that needs no device to say a layout.
   *
   * @throws IllegalArgumentException if its size overflows
   */
  public static Target of(BufferSpec spec) {
    return of(spec, ImmutableSet.of());
  }

  /**
   * Returns every way to store what is specified.
   *
   * @param said the layouts that devices say
   * @throws IllegalArgumentException if its size overflows
   */
  static Target of(BufferSpec spec, ImmutableSet<Layout> said) {
    Layout layout = spec.layout();
    if (!(spec instanceof ImageSpec image)) {
      return new Target(spec, /* picture= */ null, layout, ImmutableList.of(BLOB));
    }
    ImmutableList.Builder<StorageForm> forms = ImmutableList.builder();
    long penalty = 0;
    for (PixelFormat format : image.formats()) {
      for (Modifier modifier : Modifier.computed()) {
        if (modifier.supports(format)) {
          forms.add(new StorageForm(format, modifier, penalty));
        }
      }
      for (Layout each : said) {
        if (holds(each.image().orElseThrow(), image, format)) {
          forms.add(StorageForm.said(each, penalty));
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

  private static boolean holds(Layout.Image said, ImageSpec image, PixelFormat format) {
    return said.format() == format
        && said.codedWidth() >= image.width()
        && said.codedHeight() >= image.height();
  }

  /**
   * Returns this target, to be stored in that one way, in the colour space that is stored; this
   * object itself if what is stored is no picture.
   */
  public Target storedAs(Layout stored) {
    Picture its = picture;
    if (its == null || stored.image().isEmpty()) {
      return this;
    }
    Layout.Image image = stored.image().get();
    return new Target(
        spec,
        new Picture(its.width(), its.height(), image.colorSpace().or(its::colorSpace)),
        layout,
        formsLike(stored, image));
  }

  /**
   * Returns the ways to store what lies like this. With a modifier that only devices understand
   * there is one: contents can be copied as a whole, and not rearranged.
   */
  private ImmutableList<StorageForm> formsLike(Layout stored, Layout.Image image) {
    if (image.modifier().isOpaque()) {
      return ImmutableList.of(
          StorageForm.said(ImageLayout.in(stored, Optional.empty()), /* penalty= */ 0));
    }
    ImmutableList.Builder<StorageForm> like = ImmutableList.builder();
    like.add(new StorageForm(image.format(), image.modifier(), /* penalty= */ 0));
    for (StorageForm form : forms) {
      Layout said = form.said();
      if (said != null && form.isLike(image)) {
        like.add(StorageForm.said(said, /* penalty= */ 0));
      }
    }
    return like.build();
  }

  /** Returns the formats of a picture, best first; none if the buffer holds bytes. */
  List<PixelFormat> formats() {
    return spec.image().map(ImageSpec::formats).orElse(List.of());
  }

  /** Returns this target, to be stored in one of its formats. */
  Target in(PixelFormat format) {
    return new Target(
        spec,
        picture,
        layout,
        forms.stream()
            .filter(form -> form.format() == format)
            .collect(ImmutableList.toImmutableList()));
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

  /** Returns the tightest layout in the format that takes least. */
  Layout smallest() {
    Layout smallest = layout;
    if (picture != null) {
      for (StorageForm form : forms) {
        Layout other =
            ImageLayout.tightest(
                picture.width(), picture.height(), form.format(), picture.colorSpace());
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
