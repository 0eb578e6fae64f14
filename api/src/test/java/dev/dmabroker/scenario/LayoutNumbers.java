package dev.dmabroker.scenario;

import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The numbers of a random layout that holds a random picture, before any of them has been checked.
 * They can be damaged.
 */
final class LayoutNumbers {
  private static final int OFFSET = 0;
  private static final int STRIDE = 1;
  private static final int LINE_BYTES = 2;
  private static final int LINES = 3;
  private static final int TILE_LINES = 4;

  private final ImageSpec spec;
  private final int[] coded;
  private final List<long[]> planes = new ArrayList<>();
  private PixelFormat format;
  private Modifier modifier;
  private long sizeBytes;

  private LayoutNumbers(ImageSpec spec, Modifier modifier, SplittableRandom random) {
    this.spec = spec;
    this.format = spec.format();
    this.modifier = modifier;
    this.coded =
        new int[] {spec.width() + random.nextInt(3) * 5, spec.height() + random.nextInt(3) * 3};
    for (int plane = 0; plane < format.planes().size(); plane++) {
      PixelFormat.Plane shape = format.planes().get(plane);
      long tileBytes = modifier.tileBytes(format, plane);
      long tileLines = modifier.tileLines(format, plane);
      long groups = up(coded[0], shape.pixelsPerGroup()) / shape.pixelsPerGroup();
      long lineBytes = up(groups * shape.bytesPerGroup(), tileBytes);
      long lines = up(up(coded[1], shape.rowsPerLine()) / shape.rowsPerLine(), tileLines);
      long stride = lineBytes + random.nextInt(3) * tileBytes;
      long offset =
          up(sizeBytes, tileBytes * tileLines) + random.nextInt(3) * tileBytes * tileLines;
      planes.add(new long[] {offset, stride, lineBytes, lines, tileLines});
      sizeBytes = offset + (lines - tileLines) * stride + lineBytes * tileLines;
    }
    sizeBytes += random.nextInt(2) * 100L;
  }

  /** Returns the numbers of a layout in which nothing is wrong. */
  static LayoutNumbers random(SplittableRandom random) {
    PixelFormat format = one(random, PixelFormat.values());
    List<Modifier> supported =
        Modifier.computed().stream().filter(modifier -> modifier.supports(format)).toList();
    Modifier modifier =
        random.nextBoolean() ? Modifier.LINEAR : supported.get(random.nextInt(supported.size()));
    ImageSpec spec = ImageSpec.of(1 + random.nextInt(70), 1 + random.nextInt(40), format);
    return new LayoutNumbers(spec, modifier, random);
  }

  private static <T> T one(SplittableRandom random, T[] values) {
    return values[random.nextInt(values.length)];
  }

  ImageSpec spec() {
    return spec;
  }

  /** Damages one number, or what the numbers are of. */
  void damage(SplittableRandom random) {
    long[] plane = planes.get(random.nextInt(planes.size()));
    switch (random.nextInt(8)) {
      case 0 -> format = one(random, PixelFormat.values());
      case 1 -> modifier = one(random, Modifier.computed().toArray(Modifier[]::new));
      case 2 -> sizeBytes = damaged(sizeBytes, random);
      case 3 -> coded[random.nextInt(2)] = (int) damaged(coded[0], random);
      case 4 -> planes.remove(plane);
      case 5 -> plane[TILE_LINES] = List.of(2L, 16L, 32L, 1000L).get(random.nextInt(4));
      default -> {
        int which = random.nextInt(TILE_LINES);
        plane[which] = damaged(plane[which], random);
      }
    }
  }

  private static long damaged(long value, SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> -value;
      case 1 -> 0;
      case 2 -> value - 1;
      case 3 -> value + 1;
      case 4 -> 2 * value;
      case 5 -> value / 2;
      case 6 -> Long.MAX_VALUE;
      default -> random.nextLong();
    };
  }

  /** Returns the layout. Throws what the constructors throw. */
  Layout layout() {
    return new Layout(
        sizeBytes,
        planes.stream()
            .map(
                plane ->
                    new Layout.Plane(
                        plane[OFFSET],
                        plane[STRIDE],
                        plane[LINE_BYTES],
                        plane[LINES],
                        (int) plane[TILE_LINES]))
            .toList(),
        Optional.of(new Layout.Image(format, modifier, coded[0], coded[1])));
  }

  private static long up(long value, long step) {
    return (value + step - 1) / step * step;
  }

  @Override
  public String toString() {
    return spec
        + " "
        + format
        + " "
        + modifier
        + " coded "
        + coded[0]
        + "x"
        + coded[1]
        + " planes "
        + planes.stream().map(Arrays::toString).toList()
        + " size "
        + sizeBytes;
  }
}
