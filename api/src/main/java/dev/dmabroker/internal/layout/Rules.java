package dev.dmabroker.internal.layout;

import com.google.common.collect.ImmutableSortedSet;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageSize;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds what one or more devices ask of images of one format and modifier. Combination is
 * associative, commutative and idempotent, because the combination of each number (largest,
 * smallest or least common multiple) is, and so is that of sets. Rules are immutable.
 */
@SuppressWarnings({"EnumOrdinal", "ReferenceEquality"}) // Indices within this process; shortcuts.
public final class Rules {
  private static final ConstraintField[] FIELDS = ConstraintField.values();
  private static final int FIRST = ConstraintField.MIN_WIDTH.ordinal();
  private static final int COUNT = ConstraintField.VERTICAL_PADDING.ordinal() - FIRST + 1;
  private static final ColorSpace[] COLOR_SPACES = ColorSpace.values();
  private static final int ALL_COLOR_SPACES = (1 << COLOR_SPACES.length) - 1;

  /** The rules that images in linear memory meet when no device asks anything of them. */
  public static final Rules NONE = of(ImageConstraints.builder().build(), 1);

  private final long[] numbers;
  private final int colorSpaces;
  private final ImmutableSortedSet<ImageSize> requiredSizes;

  private Rules(long[] numbers, int colorSpaces, ImmutableSortedSet<ImageSize> requiredSizes) {
    this.numbers = numbers;
    this.colorSpaces = colorSpaces;
    this.requiredSizes = requiredSizes;
  }

  /**
   * Makes the rules of one entry of a device's constraints.
   *
   * @param strideAlignment what the device asks of strides whatever the format
   * @throws ArithmeticException if no stride within 2^63 meets both alignments
   */
  public static Rules of(ImageConstraints entry, long strideAlignment) {
    long[] numbers = new long[COUNT];
    for (int i = 0; i < COUNT; i++) {
      numbers[i] = entry.number(FIELDS[FIRST + i]);
    }
    int stride = ConstraintField.STRIDE_ALIGNMENT.ordinal() - FIRST;
    numbers[stride] = Arithmetic.lcm(numbers[stride], strideAlignment);
    return new Rules(
        numbers,
        entry.colorSpaces().map(Rules::mask).orElse(ALL_COLOR_SPACES),
        ImmutableSortedSet.copyOf(entry.requiredSizes()));
  }

  /** Returns a bit for each colour space. */
  private static int mask(Set<ColorSpace> spaces) {
    int mask = 0;
    for (ColorSpace space : spaces) {
      mask |= bit(space);
    }
    return mask;
  }

  private static int bit(ColorSpace space) {
    return 1 << space.ordinal();
  }

  /**
   * Returns what is asked of one field; a field that no device gives has the value that allows all.
   */
  long number(ConstraintField field) {
    return numbers[field.ordinal() - FIRST];
  }

  /** Returns the sizes of other pictures that have to fit into the memory. */
  ImmutableSortedSet<ImageSize> requiredSizes() {
    return requiredSizes;
  }

  /**
   * Both, or null where no picture could meet them. One of the two itself if it covers the other,
   * as it mostly does where many devices meet.
   */
  public @Nullable Rules and(Rules other) {
    if (other == this || other == NONE) {
      return this;
    }
    if (this == NONE) {
      return other;
    }
    long[] both = null;
    for (int i = 0; i < COUNT; i++) {
      long a = numbers[i];
      long b = other.numbers[i];
      long value = a == b ? a : combined(FIELDS[FIRST + i], a, b);
      if (value < 0) {
        return null;
      }
      if (value != a) {
        both = both == null ? numbers.clone() : both;
        both[i] = value;
      }
    }
    int spaces = colorSpaces & other.colorSpaces;
    ImmutableSortedSet<ImageSize> required = union(requiredSizes, other.requiredSizes);
    if (both == null && spaces == colorSpaces && required == requiredSizes) {
      return this;
    }
    Rules all = new Rules(both == null ? numbers : both, spaces, required);
    return all.contradict(ConstraintField.MIN_STRIDE, ConstraintField.MAX_STRIDE)
            || all.contradict(ConstraintField.MIN_WIDTH, ConstraintField.MAX_WIDTH)
            || all.contradict(ConstraintField.MIN_HEIGHT, ConstraintField.MAX_HEIGHT)
            || all.contradict(ConstraintField.STRIDE_ALIGNMENT, ConstraintField.MAX_STRIDE)
            || all.contradict(ConstraintField.FIRST_STRIDE_ALIGNMENT, ConstraintField.MAX_STRIDE)
            || spaces == 0
        ? null
        : all;
  }

  /** Returns the number that meets both; -1 if there is no common multiple within 2^63. */
  private static long combined(ConstraintField field, long a, long b) {
    return switch (field.combination()) {
      case LARGEST -> Math.max(a, b);
      case SMALLEST -> Math.min(a, b);
      default -> Arithmetic.lcmOrNone(a, b);
    };
  }

  /** Returns the sizes of both; one of the two sets itself where that is enough, without a copy. */
  private static ImmutableSortedSet<ImageSize> union(
      ImmutableSortedSet<ImageSize> one, ImmutableSortedSet<ImageSize> other) {
    if (one.containsAll(other)) {
      return one;
    }
    return one.isEmpty()
        ? other
        : ImmutableSortedSet.<ImageSize>naturalOrder().addAll(one).addAll(other).build();
  }

  /** Tells whether a lower limit lies over an upper limit, so that no picture meets both. */
  private boolean contradict(ConstraintField small, ConstraintField large) {
    return number(small) > number(large);
  }

  /**
   * Tells whether pictures of that colour space are taken; without one, whether any colour space
   * is.
   */
  boolean takes(Optional<ColorSpace> colorSpace) {
    return colorSpace.isPresent() ? (colorSpaces & bit(colorSpace.get())) != 0 : colorSpaces != 0;
  }

  /**
   * Returns the colour space of pictures that meet the rules: the one that is asked for, or else
   * the first that is taken. Empty if none is asked for and all are taken.
   */
  Optional<ColorSpace> chosen(Optional<ColorSpace> asked) {
    return asked.isPresent() || colorSpaces == ALL_COLOR_SPACES
        ? asked
        : Optional.of(COLOR_SPACES[Integer.numberOfTrailingZeros(colorSpaces)]);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Rules other
        && Arrays.equals(numbers, other.numbers)
        && colorSpaces == other.colorSpaces
        && requiredSizes.equals(other.requiredSizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(numbers) * 31 + colorSpaces;
  }
}
