package dev.dmabroker.internal;

import com.google.common.collect.ImmutableSortedSet;
import com.google.common.math.LongMath;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageSize;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one or more devices ask of pictures of one format and modifier. Combination is associative,
 * commutative and idempotent: each number's is (largest, smallest, least common multiple), and so
 * is that of sets. Immutable.
 */
@SuppressWarnings({"EnumOrdinal", "ReferenceEquality"}) // Indices within this process; shortcuts.
final class Rules {
  private static final ConstraintField[] FIELDS = ConstraintField.values();
  private static final int FIRST = ConstraintField.MIN_WIDTH.ordinal();
  private static final int COUNT = ConstraintField.VERTICAL_PADDING.ordinal() - FIRST + 1;
  private static final int ALL_COLOR_SPACES = (1 << ColorSpace.values().length) - 1;

  /** Linear memory that nobody asks anything of. */
  static final Rules NONE = of(ImageConstraints.anyFormat().build(), 1);

  private final long[] numbers;
  private final int colorSpaces;
  private final ImmutableSortedSet<ImageSize> requiredSizes;

  private Rules(long[] numbers, int colorSpaces, ImmutableSortedSet<ImageSize> requiredSizes) {
    this.numbers = numbers;
    this.colorSpaces = colorSpaces;
    this.requiredSizes = requiredSizes;
  }

  /**
   * The rules of one entry.
   *
   * @param strideAlignment what the device asks of strides whatever the format
   * @throws ArithmeticException if no stride within 2^63 meets both alignments
   */
  static Rules of(ImageConstraints entry, long strideAlignment) {
    long[] numbers = new long[COUNT];
    for (int i = 0; i < COUNT; i++) {
      numbers[i] = entry.number(FIELDS[FIRST + i]);
    }
    int stride = ConstraintField.STRIDE_ALIGNMENT.ordinal() - FIRST;
    numbers[stride] = lcm(numbers[stride], strideAlignment);
    return new Rules(
        numbers,
        entry.colorSpaces().map(Rules::mask).orElse(ALL_COLOR_SPACES),
        ImmutableSortedSet.copyOf(entry.requiredSizes()));
  }

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

  long number(ConstraintField field) {
    return numbers[field.ordinal() - FIRST];
  }

  /** Sizes of other pictures that have to fit. */
  ImmutableSortedSet<ImageSize> requiredSizes() {
    return requiredSizes;
  }

  /**
   * Both, or null where no picture could meet them. One of the two itself if it covers the other,
   * as it mostly does where many devices meet.
   */
  @Nullable Rules and(Rules other) {
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
            || spaces == 0
        ? null
        : all;
  }

  /** -1 if there is no common multiple within 2^63. */
  private static long combined(ConstraintField field, long a, long b) {
    return switch (field.combination()) {
      case LARGEST -> Math.max(a, b);
      case SMALLEST -> Math.min(a, b);
      default -> lcmOrNone(a, b);
    };
  }

  private static ImmutableSortedSet<ImageSize> union(
      ImmutableSortedSet<ImageSize> one, ImmutableSortedSet<ImageSize> other) {
    if (one.containsAll(other)) {
      return one;
    }
    return one.isEmpty()
        ? other
        : ImmutableSortedSet.<ImageSize>naturalOrder().addAll(one).addAll(other).build();
  }

  private boolean contradict(ConstraintField small, ConstraintField large) {
    return number(small) > number(large);
  }

  /** Whether a picture of the spec's colour space, if it has one, is taken. */
  boolean takesColorSpaceOf(ImageSpec spec) {
    return spec.colorSpace().isPresent()
        ? (colorSpaces & bit(spec.colorSpace().get())) != 0
        : colorSpaces != 0;
  }

  /** Whether a picture that lies like this, in so much memory, meets the rules. */
  boolean accept(ImageSpec spec, Layout layout, long sizeBytes) {
    Layout.Image image = layout.image().orElseThrow();
    long width = image.codedWidth();
    long height = image.codedHeight();
    return takesColorSpaceOf(spec)
        && width >= number(ConstraintField.MIN_WIDTH)
        && width <= number(ConstraintField.MAX_WIDTH)
        && height >= number(ConstraintField.MIN_HEIGHT)
        && height <= number(ConstraintField.MAX_HEIGHT)
        && width * height <= number(ConstraintField.MAX_PIXELS)
        && width % number(ConstraintField.WIDTH_ALIGNMENT) == 0
        && height % number(ConstraintField.HEIGHT_ALIGNMENT) == 0
        && spec.width() % number(ConstraintField.DISPLAY_WIDTH_ALIGNMENT) == 0
        && spec.height() % number(ConstraintField.DISPLAY_HEIGHT_ALIGNMENT) == 0
        && acceptPlanes(image, layout, sizeBytes)
        && holdsRequired(image, sizeBytes);
  }

  private boolean acceptPlanes(Layout.Image image, Layout layout, long sizeBytes) {
    Layout.Plane first = layout.planes().get(0);
    if (first.strideBytes() < number(ConstraintField.MIN_STRIDE)
        || first.strideBytes() > number(ConstraintField.MAX_STRIDE)
        || first.offsetBytes() % number(ConstraintField.START_OFFSET_ALIGNMENT) != 0) {
      return false;
    }
    long paddedWidth = roundUp(image.codedWidth(), number(ConstraintField.BLOCK_WIDTH));
    long paddedHeight =
        roundUp(image.codedHeight(), number(ConstraintField.BLOCK_HEIGHT))
            + number(ConstraintField.VERTICAL_PADDING);
    for (int i = 0; i < layout.planes().size(); i++) {
      Layout.Plane plane = layout.planes().get(i);
      PixelFormat.Plane shape = image.format().planes().get(i);
      boolean last = i == layout.planes().size() - 1;
      long room =
          last
              ? sizeBytes - number(ConstraintField.OVER_READ)
              : layout.planes().get(i + 1).offsetBytes();
      // Tiles are whole, so the picture ends with a row of them.
      long lines = roundUp(ceilDiv(paddedHeight, shape.rowsPerLine()), plane.tileLines());
      if (plane.strideBytes() % number(ConstraintField.STRIDE_ALIGNMENT) != 0
          || plane.offsetBytes() % number(ConstraintField.PLANE_OFFSET_ALIGNMENT) != 0
          || plane.strideBytes() < rowBytes(shape, paddedWidth)
          || lines > (room - plane.offsetBytes()) / plane.strideBytes()) {
        return false;
      }
    }
    return true;
  }

  private boolean holdsRequired(Layout.Image image, long sizeBytes) {
    for (ImageSize size : requiredSizes) {
      Layout needed =
          ImageLayout.of(size.width(), size.height(), image.format(), image.modifier(), this);
      if (needed == null || needed.sizeBytes() > sizeBytes) {
        return false;
      }
    }
    return true;
  }

  /** Bytes of a row of so many pixels. */
  static long rowBytes(PixelFormat.Plane shape, long pixels) {
    return Math.multiplyExact(ceilDiv(pixels, shape.pixelsPerGroup()), shape.bytesPerGroup());
  }

  static long ceilDiv(long a, long b) {
    return b == 1 ? a : a / b + (a % b == 0 ? 0 : 1);
  }

  static long roundUp(long value, long step) {
    return step == 1 ? value : Math.multiplyExact(ceilDiv(value, step), step);
  }

  /**
   * The least common multiple.
   *
   * @throws ArithmeticException if it is over 2^63
   */
  static long lcm(long a, long b) {
    return a == b || b == 1 ? a : Math.multiplyExact(a / LongMath.gcd(a, b), b);
  }

  private static long lcmOrNone(long a, long b) {
    if (a % b == 0) {
      return a;
    }
    long factor = a / LongMath.gcd(a, b);
    return Math.multiplyHigh(factor, b) != 0 || factor * b < 0 ? -1 : factor * b;
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
