package dev.dmabroker.samples.lateattach;

import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the command line says.
 *
 * @param seconds how long it runs
 * @param rate frames a second; empty for what the devices do by default
 * @param size width x height; empty for what the devices do by default
 * @param format the pixel format
 * @param devices which devices to take
 * @param load cores to keep busy meanwhile
 * @param trace where to write what happened; empty if nowhere
 */
record Options(
    int seconds,
    OptionalInt rate,
    Optional<int[]> size,
    PixelFormat format,
    Devices devices,
    int load,
    Optional<Path> trace) {
  static final String USAGE =
      """
      usage: samples/run [--kernel] late-attach [OPTION...]
        --seconds N        how long it runs; the display attaches halfway (default 10)
        --rate N           frames a second (default 60 modelled, 30 real)
        --size WxH         of a frame (default 1920x1080)
        --format FORMAT    NV12, YUYV, ... (default NV12)
        --devices WHICH    real, modelled or auto: real if there are any (default auto)
        --load N           cores that other processes keep busy meanwhile (default 0)
        --trace FILE       writes what happened for ui.perfetto.dev or chrome://tracing
      """;

  /** Which devices to take. */
  enum Devices {
    AUTO,
    REAL,
    MODELLED
  }

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  static Options parse(String... args) {
    Options options =
        new Options(
            10,
            OptionalInt.empty(),
            Optional.empty(),
            PixelFormat.NV12,
            Devices.AUTO,
            0,
            Optional.empty());
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length) {
        throw new IllegalArgumentException(args[i] + " is no option, or lacks its value");
      }
      options = options.with(args[i], args[i + 1]);
    }
    return options;
  }

  private Options with(String option, String value) {
    return switch (option) {
      case "--seconds" ->
          new Options(number(option, value, 2, 86_400), rate, size, format, devices, load, trace);
      case "--rate" -> {
        OptionalInt perSecond = OptionalInt.of(number(option, value, 1, 1000));
        yield new Options(seconds, perSecond, size, format, devices, load, trace);
      }
      case "--size" ->
          new Options(seconds, rate, Optional.of(size(value)), format, devices, load, trace);
      case "--format" ->
          new Options(seconds, rate, size, PixelFormat.valueOf(upper(value)), devices, load, trace);
      case "--devices" ->
          new Options(seconds, rate, size, format, Devices.valueOf(upper(value)), load, trace);
      case "--load" ->
          new Options(seconds, rate, size, format, devices, number(option, value, 0, 1024), trace);
      case "--trace" ->
          new Options(seconds, rate, size, format, devices, load, Optional.of(Path.of(value)));
      default -> throw new IllegalArgumentException(option + " is no option");
    };
  }

  private static String upper(String value) {
    return value.toUpperCase(Locale.ROOT);
  }

  private static int[] size(String value) {
    String[] sides = value.split("x", -1);
    if (sides.length != 2) {
      throw new IllegalArgumentException("--size wants WxH, not " + value);
    }
    return new int[] {
      number("--size", sides[0], 16, 16_384), number("--size", sides[1], 16, 16_384)
    };
  }

  private static int number(String option, String value, int least, int most) {
    int number;
    try {
      number = Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(option + " wants a number, not " + value, e);
    }
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          option + " wants " + least + " to " + most + ", not " + value);
    }
    return number;
  }

  ImageSpec image(int defaultWidth, int defaultHeight) {
    int[] sides = size.orElse(new int[] {defaultWidth, defaultHeight});
    return ImageSpec.of(sides[0], sides[1], format);
  }
}
