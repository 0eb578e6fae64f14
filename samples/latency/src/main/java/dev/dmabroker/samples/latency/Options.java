package dev.dmabroker.samples.latency;

import java.nio.file.Path;

/**
 * What the command line says.
 *
 * @param rate frames a second
 * @param framesPerPhase how long each latency lasts
 * @param svg where the chart goes
 */
record Options(int rate, int framesPerPhase, Path svg) {
  static final String USAGE =
      """
      usage: samples/run latency [OPTION...]
        --rate N     frames a second (default 60)
        --phase N    frames for which each latency lasts (default 60)
        --svg FILE   where the chart goes (default latency.svg)
      """;

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  static Options parse(String... args) {
    int rate = 60;
    int phase = 60;
    Path svg = Latency.CHART;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--rate" -> rate = count(args, ++i, 1000);
        case "--phase" -> phase = count(args, ++i, 100_000);
        case "--svg" -> svg = Path.of(value(args, ++i));
        default -> throw new IllegalArgumentException("'" + args[i] + "' is no option");
      }
    }
    return new Options(rate, phase, svg);
  }

  private static String value(String[] args, int i) {
    if (i == args.length) {
      throw new IllegalArgumentException(args[i - 1] + " lacks its value");
    }
    return args[i];
  }

  private static int count(String[] args, int i, int most) {
    String value = value(args, i);
    try {
      int count = Integer.parseInt(value);
      if (count >= 1 && count <= most) {
        return count;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(args[i - 1] + " wants a number, not " + value, e);
    }
    throw new IllegalArgumentException(args[i - 1] + " wants 1 to " + most + ", not " + value);
  }
}
