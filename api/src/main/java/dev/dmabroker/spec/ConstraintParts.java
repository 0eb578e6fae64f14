package dev.dmabroker.spec;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import dev.dmabroker.internal.placement.ConstraintViews;
import dev.dmabroker.spec.Constraints.Preference;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Takes constraints apart into their single fields, for the engine. */
final class ConstraintParts extends ConstraintViews {
  private ConstraintParts() {}

  /** Gives the engine an object of this class, because the engine cannot make one. */
  static void install() {
    ConstraintViews.install(new ConstraintParts());
  }

  @Override
  public List<Preference> wishes(Constraints of) {
    ImmutableList.Builder<Preference> wishes = ImmutableList.builder();
    of.preferences().forEach(each -> split(each.wishes(), each.weight(), wishes));
    ImmutableList.Builder<Preference> used = ImmutableList.builder();
    of.usages().forEach(each -> split(each.wishes(), Usage.WEIGHT, used));
    // A field that several usages prefer is preferred once.
    return wishes.addAll(ImmutableSet.copyOf(used.build())).build();
  }

  /** Adds one preference for each field that is wished. */
  private static void split(
      Constraints wished, int weight, ImmutableList.Builder<Preference> wishes) {
    wished
        .values()
        .forEach(
            (field, value) ->
                wishes.add(new Preference(weight, alone(Map.of(field, value), List.of()))));
    for (ImageConstraints image : wished.images()) {
      Set<ConstraintField> declared = EnumSet.copyOf(image.declared());
      if (declared.size() > 1) {
        declared.remove(ConstraintField.FORMATS);
      }
      for (ConstraintField field : declared) {
        List<ImageConstraints> entries = new ArrayList<>(List.of(image.only(field)));
        if (field != ConstraintField.FORMATS && image.formats().isPresent()) {
          entries.add(ImageConstraints.builder().anyModifier().build());
        }
        wishes.add(new Preference(weight, alone(Map.of(), entries)));
      }
    }
  }

  /**
   * Constraints that ask for one field only. The four defaults that ask for something are widened.
   */
  private static Constraints alone(
      Map<ConstraintField, Object> asked, List<ImageConstraints> images) {
    EnumMap<ConstraintField, Object> values = new EnumMap<>(ConstraintField.class);
    values.put(ConstraintField.DEVICE_ACCESS, false);
    values.put(ConstraintField.COHERENCY, Sets.immutableEnumSet(EnumSet.allOf(Coherency.class)));
    values.put(ConstraintField.PEER_TO_PEER, true);
    values.putAll(asked);
    return new Constraints(
        values,
        images.isEmpty()
            ? ImmutableList.of(ImageConstraints.builder().anyModifier().build())
            : ImmutableList.copyOf(images),
        ImmutableSet.of(),
        ImmutableList.of());
  }

  @Override
  public String text(Constraints of, ConstraintField field) {
    if (!of.fields().contains(field)) {
      return "";
    }
    return switch (field) {
      case DEVICE_ACCESS -> "true";
      case COHERENCY -> of.coherency().toString();
      case PEER_TO_PEER -> "not declared";
      default -> declaredText(of, field);
    };
  }

  /**
   * The text of a field that was set. If no value was set, the field is the default of linear
   * pictures.
   */
  private static String declaredText(Constraints of, ConstraintField field) {
    List<String> texts = new ArrayList<>();
    Object value = of.values().get(field);
    if (value != null) {
      texts.add(value.toString());
    }
    of.images().stream()
        .filter(image -> image.asked().contains(field))
        .forEach(image -> texts.add(image.text(field)));
    return texts.isEmpty()
        ? "[LINEAR]"
        : texts.stream().distinct().collect(Collectors.joining(" or "));
  }

  @Override
  public Constraints forbidding(Constraints of, List<String> heaps) {
    if (heaps.isEmpty()) {
      return of;
    }
    EnumMap<ConstraintField, Object> more = new EnumMap<>(ConstraintField.class);
    more.putAll(of.values());
    more.put(
        ConstraintField.FORBIDDEN_HEAPS,
        ImmutableSortedSet.<String>naturalOrder()
            .addAll(of.forbiddenHeaps())
            .addAll(heaps)
            .build());
    return new Constraints(
        more,
        ImmutableList.copyOf(of.images()),
        ImmutableSet.copyOf(of.usages()),
        ImmutableList.copyOf(of.preferences()));
  }

  @Override
  public Constraints only(Constraints of, ConstraintField field) {
    EnumMap<ConstraintField, Object> kept = new EnumMap<>(ConstraintField.class);
    of.values()
        .forEach(
            (each, value) -> {
              if (each == field || (field == ConstraintField.MAX_SEGMENTS && isOfSegments(each))) {
                kept.put(each, value);
              }
            });
    if (field == ConstraintField.DEVICE_ACCESS) {
      kept.put(field, !of.cpuOnly());
    } else if (field == ConstraintField.COHERENCY) {
      kept.put(field, of.coherency());
    } else if (field == ConstraintField.PEER_TO_PEER) {
      kept.put(field, of.peerToPeer());
    }
    if (of.images().isEmpty() && field == ConstraintField.MODIFIERS) {
      return alone(kept, List.of(ImageConstraints.builder().build()));
    }
    return alone(kept, field.isImage() ? entriesOf(of.images(), field) : List.of());
  }

  /** Whether the field has a meaning only together with the number of segments. */
  private static boolean isOfSegments(ConstraintField field) {
    return field == ConstraintField.MAX_SEGMENT_SIZE || field == ConstraintField.SEGMENT_BOUNDARY;
  }

  /**
   * The entries for pictures, in the order in which they have to be asked: the first entry that
   * covers a picture counts, so an entry that asks for less comes later.
   */
  private static List<ImageConstraints> entriesOf(
      List<ImageConstraints> images, ConstraintField field) {
    Set<ImageConstraints> entries = new LinkedHashSet<>();
    if (field != ConstraintField.FORMATS) {
      images.forEach(image -> entries.add(image.keeping(field, /* withModifiers= */ true)));
    }
    if (field != ConstraintField.MODIFIERS) {
      images.forEach(image -> entries.add(image.keeping(field, /* withModifiers= */ false)));
    }
    if (field != ConstraintField.FORMATS
        && (field != ConstraintField.MODIFIERS
            || images.stream().allMatch(image -> image.formats().isPresent()))) {
      entries.add(ImageConstraints.builder().anyModifier().build());
    }
    return List.copyOf(entries);
  }
}
