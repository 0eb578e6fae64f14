package dev.dmabroker.spec;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Maps;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The demands of a device on pictures of some formats and modifiers. A device has one object of
 * this class for each set of formats that it treats alike. Immutable. The default of each field
 * asks for nothing, except for the modifiers: a device that names none takes linear pictures only.
 *
 * <p>A picture is {@linkplain ImageSpec shown} at one size and <em>coded</em> at a size that may be
 * larger: at least the minimum, and rounded up to the size alignment. All fields but the display
 * alignment refer to the coded size. Padding (blocks, vertical padding, over-read) is memory beyond
 * the coded picture.
 */
@CheckReturnValue
public final class ImageConstraints {
  final @Nullable ImmutableSortedSet<PixelFormat> formats;
  final @Nullable ImmutableSortedSet<Modifier> modifiers;
  final boolean declaresModifiers;
  final @Nullable ImmutableSortedSet<ColorSpace> colorSpaces;
  final ImmutableSet<Layout> layouts;
  final ImmutableSortedSet<ImageSize> requiredSizes;
  final ImmutableMap<ConstraintField, Long> numbers;

  ImageConstraints(
      @Nullable ImmutableSortedSet<PixelFormat> formats,
      @Nullable ImmutableSortedSet<Modifier> modifiers,
      boolean declaresModifiers,
      @Nullable ImmutableSortedSet<ColorSpace> colorSpaces,
      ImmutableSet<Layout> layouts,
      ImmutableSortedSet<ImageSize> requiredSizes,
      Map<ConstraintField, Long> numbers) {
    this.formats = formats;
    this.modifiers = modifiers;
    this.declaresModifiers = declaresModifiers;
    this.colorSpaces = colorSpaces;
    this.layouts = layouts;
    this.requiredSizes = requiredSizes;
    this.numbers = Maps.immutableEnumMap(numbers);
  }

  /**
   * {@return a builder in which no field asks for anything} Unless it sets formats, it is for
   * pictures of all formats that no other entry of the device names.
   */
  public static ImageConstraintsBuilder builder() {
    return new ImageConstraintsBuilder();
  }

  /** {@return a builder that has the fields of these constraints, each of which may be set anew} */
  public ImageConstraintsBuilder toBuilder() {
    return new ImageConstraintsBuilder(this);
  }

  /**
   * {@return the formats; empty if the entry is for all formats that no other entry of the device
   * names}
   */
  public Optional<Set<PixelFormat>> formats() {
    return Optional.ofNullable(formats);
  }

  /** {@return the modifiers; empty if all are taken} */
  public Optional<Set<Modifier>> modifiers() {
    return Optional.ofNullable(modifiers);
  }

  /** {@return the colour spaces; empty if all are taken} */
  public Optional<Set<ColorSpace>> colorSpaces() {
    return Optional.ofNullable(colorSpaces);
  }

  /**
   * {@return the layouts that the device says itself} Pictures of the format and modifier of one of
   * them lie like one of them; of other pictures these say nothing. They have no colour space.
   */
  public Set<Layout> layouts() {
    return layouts;
  }

  /** {@return the sizes of pictures that the buffer has to be able to hold} */
  public NavigableSet<ImageSize> requiredSizes() {
    return requiredSizes;
  }

  /**
   * {@return the value of a field that is a number}
   *
   * @param field the field
   * @throws IllegalArgumentException if the field is not a number that belongs to pictures
   */
  public long number(ConstraintField field) {
    if (!field.isImageNumber()) {
      throw new IllegalArgumentException(field + " is not a number of pictures");
    }
    Long number = numbers.get(field);
    return number == null ? field.neutral() : number;
  }

  /**
   * {@return whether the entry is for pictures of this format and modifier; other entries are not
   * considered}
   *
   * @param format the format of the pixels
   * @param modifier the modifier
   */
  public boolean covers(PixelFormat format, Modifier modifier) {
    return (formats == null || formats.contains(format))
        && (modifiers == null || modifiers.contains(modifier));
  }

  /**
   * Whether both entries cover a common pair of format and modifier. An entry for any format has
   * none in common with an entry that names formats, because the latter goes first.
   */
  boolean overlaps(ImageConstraints other) {
    return (formats == null) == (other.formats == null)
        && meet(formats, other.formats)
        && meet(modifiers, other.modifiers);
  }

  private static <T> boolean meet(@Nullable Set<T> one, @Nullable Set<T> other) {
    return one == null || other == null || !Collections.disjoint(one, other);
  }

  /** The fields that ask for something. */
  Set<ConstraintField> asked() {
    EnumSet<ConstraintField> asked = EnumSet.noneOf(ConstraintField.class);
    if (formats != null) {
      asked.add(ConstraintField.FORMATS);
    }
    if (modifiers != null) {
      asked.add(ConstraintField.MODIFIERS);
    }
    if (colorSpaces != null) {
      asked.add(ConstraintField.COLOR_SPACES);
    }
    if (!layouts.isEmpty()) {
      asked.add(ConstraintField.LAYOUTS);
    }
    if (!requiredSizes.isEmpty()) {
      asked.add(ConstraintField.REQUIRED_SIZES);
    }
    asked.addAll(numbers.keySet());
    return asked;
  }

  /** The fields that were set; the default of linear pictures is not one of them. */
  Set<ConstraintField> declared() {
    EnumSet<ConstraintField> declared = EnumSet.copyOf(asked());
    if (!declaresModifiers) {
      declared.remove(ConstraintField.MODIFIERS);
    }
    return declared;
  }

  /**
   * One field of these constraints, for pictures of their formats; any picture meets the other
   * fields.
   */
  ImageConstraints only(ConstraintField field) {
    return new ImageConstraints(
        formats,
        field == ConstraintField.MODIFIERS ? modifiers : null,
        true,
        field == ConstraintField.COLOR_SPACES ? colorSpaces : null,
        field == ConstraintField.LAYOUTS ? layouts : ImmutableSet.of(),
        field == ConstraintField.REQUIRED_SIZES ? requiredSizes : ImmutableSortedSet.of(),
        Maps.filterKeys(numbers, each -> each == field));
  }

  /**
   * One field of these constraints, for pictures of their formats, and of their modifiers if {@code
   * withModifiers} is true.
   */
  ImageConstraints keeping(ConstraintField field, boolean withModifiers) {
    return new ImageConstraints(
        formats,
        withModifiers ? modifiers : null,
        declaresModifiers,
        field == ConstraintField.COLOR_SPACES ? colorSpaces : null,
        field == ConstraintField.LAYOUTS ? layouts : ImmutableSet.of(),
        field == ConstraintField.REQUIRED_SIZES ? requiredSizes : ImmutableSortedSet.of(),
        Maps.filterKeys(numbers, each -> each == field));
  }

  /** The value of a field, for a person to read. */
  String text(ConstraintField field) {
    return switch (field) {
      case FORMATS -> formats == null ? "any" : formats.toString();
      case MODIFIERS -> modifiers == null ? "any" : modifiers.toString();
      case COLOR_SPACES -> colorSpaces == null ? "any" : colorSpaces.toString();
      case LAYOUTS -> layouts.stream().map(ImageConstraints::text).toList().toString();
      case REQUIRED_SIZES -> requiredSizes.toString();
      default -> Long.toString(number(field));
    };
  }

  private static String text(Layout layout) {
    Layout.Image image = layout.image().orElseThrow();
    return image.codedWidth()
        + "x"
        + image.codedHeight()
        + " "
        + image.format()
        + " "
        + image.modifier()
        + " in "
        + layout.sizeBytes()
        + " bytes";
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof ImageConstraints other
        && Objects.equals(formats, other.formats)
        && Objects.equals(modifiers, other.modifiers)
        && Objects.equals(colorSpaces, other.colorSpaces)
        && layouts.equals(other.layouts)
        && requiredSizes.equals(other.requiredSizes)
        && numbers.equals(other.numbers);
  }

  @Override
  public int hashCode() {
    return Objects.hash(formats, modifiers, colorSpaces, layouts, requiredSizes, numbers);
  }

  /** The fields that ask for something, for example {@code formats=[NV12], modifiers=[LINEAR]}. */
  @Override
  public String toString() {
    return asked().stream()
        .map(field -> field + "=" + text(field))
        .collect(Collectors.joining(", "));
  }
}
