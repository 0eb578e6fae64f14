package dev.dmabroker.remote.internal.value;

import dev.dmabroker.remote.internal.wire.Constraints.Field;
import dev.dmabroker.remote.internal.wire.Constraints.Modifiers;
import dev.dmabroker.remote.internal.wire.Constraints.PictureRules;
import dev.dmabroker.remote.internal.wire.Constraints.Size;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageConstraintsBuilder;
import dev.dmabroker.spec.ImageSize;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ObjIntConsumer;
import java.util.function.ObjLongConsumer;

/** Writes and reads a device's rules for pictures. */
final class PictureFields {
  private PictureFields() {}

  /** Sets a number, or a pair of numbers of which this is the first. */
  private interface Setter {
    void set(ImageConstraintsBuilder to, long first, long second);
  }

  /**
   * How a number is set.
   *
   * @param pair the field whose number is set together with this one; the field itself if it is
   *     alone
   */
  private record Way(ConstraintField pair, Setter setter) {}

  private static final ImageConstraints NOTHING = ImageConstraints.builder().build();

  private static final Map<ConstraintField, Way> WAYS = new EnumMap<>(ConstraintField.class);

  static {
    pair(ConstraintField.MIN_WIDTH, ConstraintField.MIN_HEIGHT, ImageConstraintsBuilder::minSize);
    pair(ConstraintField.MAX_WIDTH, ConstraintField.MAX_HEIGHT, ImageConstraintsBuilder::maxSize);
    pair(
        ConstraintField.WIDTH_ALIGNMENT,
        ConstraintField.HEIGHT_ALIGNMENT,
        ImageConstraintsBuilder::sizeAlignment);
    pair(
        ConstraintField.DISPLAY_WIDTH_ALIGNMENT,
        ConstraintField.DISPLAY_HEIGHT_ALIGNMENT,
        ImageConstraintsBuilder::displayAlignment);
    pair(
        ConstraintField.BLOCK_WIDTH,
        ConstraintField.BLOCK_HEIGHT,
        ImageConstraintsBuilder::blockPadding);
    bytes(ConstraintField.MAX_PIXELS, ImageConstraintsBuilder::maxPixels);
    bytes(ConstraintField.MIN_STRIDE, ImageConstraintsBuilder::minStride);
    bytes(ConstraintField.MAX_STRIDE, ImageConstraintsBuilder::maxStride);
    bytes(ConstraintField.STRIDE_ALIGNMENT, ImageConstraintsBuilder::strideAlignment);
    bytes(ConstraintField.FIRST_STRIDE_ALIGNMENT, ImageConstraintsBuilder::firstStrideAlignment);
    bytes(ConstraintField.START_OFFSET_ALIGNMENT, ImageConstraintsBuilder::startOffsetAlignment);
    bytes(ConstraintField.PLANE_OFFSET_ALIGNMENT, ImageConstraintsBuilder::planeOffsetAlignment);
    bytes(ConstraintField.OVER_READ, ImageConstraintsBuilder::overRead);
    rows(ConstraintField.VERTICAL_PADDING, ImageConstraintsBuilder::verticalPadding);
  }

  private interface PairSetter {
    ImageConstraintsBuilder set(ImageConstraintsBuilder to, int first, int second);
  }

  private static void pair(ConstraintField first, ConstraintField second, PairSetter set) {
    Setter setter = (to, one, other) -> set.set(to, Math.toIntExact(one), Math.toIntExact(other));
    WAYS.put(first, new Way(second, setter));
  }

  private static void bytes(ConstraintField field, ObjLongConsumer<ImageConstraintsBuilder> set) {
    WAYS.put(field, new Way(field, (to, number, unused) -> set.accept(to, number)));
  }

  private static void rows(ConstraintField field, ObjIntConsumer<ImageConstraintsBuilder> set) {
    WAYS.put(
        field, new Way(field, (to, number, unused) -> set.accept(to, Math.toIntExact(number))));
  }

  /** The numbers of pictures that cross. */
  static Set<ConstraintField> all() {
    EnumMap<ConstraintField, Boolean> all = new EnumMap<>(ConstraintField.class);
    WAYS.forEach(
        (field, way) -> {
          all.put(field, true);
          all.put(way.pair, true);
        });
    return all.keySet();
  }

  static PictureRules write(ImageConstraints rules) {
    PictureRules.Builder message = PictureRules.newBuilder();
    rules
        .formats()
        .ifPresent(
            all -> message.setFormats(Values.names(all.stream().map(PixelFormat::name).toList())));
    rules
        .modifiers()
        .ifPresent(
            all ->
                message.setModifiers(
                    Modifiers.newBuilder().addAllCodes(all.stream().map(Modifier::code).toList())));
    rules
        .colorSpaces()
        .ifPresent(
            all ->
                message.setColorSpaces(Values.names(all.stream().map(ColorSpace::name).toList())));
    rules.layouts().forEach(layout -> message.addLayouts(Specs.write(layout)));
    rules
        .requiredSizes()
        .forEach(
            size ->
                message.addRequiredSizes(
                    Size.newBuilder().setWidth(size.width()).setHeight(size.height())));
    for (ConstraintField field : all()) {
      message.addFields(Field.newBuilder().setName(field.label()).setNumber(rules.number(field)));
    }
    return message.build();
  }

  static ImageConstraints read(PictureRules message) throws BadMessageException {
    ImageConstraintsBuilder rules = ImageConstraints.builder();
    if (message.hasFormats()) {
      rules.formats(
          Names.values(PixelFormat.class, message.getFormats().getNamesList())
              .toArray(new PixelFormat[0]));
    }
    if (message.hasModifiers()) {
      rules.modifiers(
          message.getModifiers().getCodesList().stream()
              .map(Modifier::of)
              .toArray(Modifier[]::new));
    } else {
      rules.anyModifier();
    }
    if (message.hasColorSpaces()) {
      rules.colorSpaces(
          Names.values(ColorSpace.class, message.getColorSpaces().getNamesList())
              .toArray(new ColorSpace[0]));
    }
    List<Layout> layouts = new ArrayList<>();
    for (var layout : message.getLayoutsList()) {
      layouts.add(Specs.read(layout));
    }
    if (!layouts.isEmpty()) {
      rules.layouts(layouts.toArray(new Layout[0]));
    }
    if (message.getRequiredSizesCount() > 0) {
      rules.requiredSizes(
          message.getRequiredSizesList().stream()
              .map(size -> ImageSize.of(size.getWidth(), size.getHeight()))
              .toArray(ImageSize[]::new));
    }
    numbers(message.getFieldsList(), rules);
    return rules.build();
  }

  /** A number that was asked for, or the one that asks for nothing. */
  private static long number(ConstraintField field, Map<ConstraintField, Long> asked) {
    return asked.getOrDefault(field, NOTHING.number(field));
  }

  private static void numbers(List<Field> fields, ImageConstraintsBuilder to)
      throws BadMessageException {
    Map<ConstraintField, Long> numbers = new EnumMap<>(ConstraintField.class);
    for (Field each : fields) {
      ConstraintField field = Values.field(each.getName());
      if (!all().contains(field) || each.getValueCase() != Field.ValueCase.NUMBER) {
        throw new BadMessageException(field + " is not a number of pictures");
      }
      if (numbers.put(field, each.getNumber()) != null) {
        throw new BadMessageException(field + " is set already");
      }
    }
    try {
      WAYS.forEach(
          (field, way) -> {
            if (numbers.containsKey(field) || numbers.containsKey(way.pair)) {
              way.setter.set(to, number(field, numbers), number(way.pair, numbers));
            }
          });
    } catch (ArithmeticException e) {
      throw new BadMessageException("a number of pixels or rows is over 2^31-1", e);
    }
  }
}
