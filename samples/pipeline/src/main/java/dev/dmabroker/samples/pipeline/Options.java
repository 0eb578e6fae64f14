package dev.dmabroker.samples.pipeline;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * What the command line says.
 *
 * @param frames after how many the camera ends; it may have filled a few more by then
 * @param file where the coded frames go; empty for a temporary file
 * @param devices which devices to take
 */
record Options(int frames, Optional<Path> file, Devices devices) {
  static final String USAGE =
      """
      usage: samples/run [--kernel] pipeline [OPTION...]
        --frames N        ends the camera after so many (default 60)
        --file PATH       keeps the coded frames there
        --devices WHICH   real, modelled or auto: real if there are any (default auto)
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
    Options options = new Options(60, Optional.empty(), Devices.AUTO);
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
      case "--frames" -> new Options(count(value), file, devices);
      case "--file" -> new Options(frames, Optional.of(Path.of(value)), devices);
      case "--devices" -> new Options(frames, file, devices(value));
      default -> throw new IllegalArgumentException(option + " is no option");
    };
  }

  private static Devices devices(String value) {
    try {
      return Devices.valueOf(value.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--devices wants real, modelled or auto, not " + value, e);
    }
  }

  private static int count(String value) {
    try {
      int count = Integer.parseInt(value);
      if (count >= 12 && count <= 10_000) {
        return count;
      }
    } catch (NumberFormatException e) {
      // As if it were out of range.
    }
    throw new IllegalArgumentException("--frames wants 12 to 10000, not " + value);
  }
}
