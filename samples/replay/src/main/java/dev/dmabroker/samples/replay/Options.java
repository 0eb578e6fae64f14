package dev.dmabroker.samples.replay;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the command line says.
 *
 * @param name the trace to play, or the scenario to record
 * @param heuristics what to play it against
 * @param speed how many of the trace's seconds pass in one
 * @param record where to write what is recorded; empty to play
 */
record Options(String name, List<String> heuristics, double speed, Optional<Path> record) {
  static final String USAGE =
      """
      usage: samples/run replay TRACE [OPTION...]
             samples/run replay --record NAME FILE
        TRACE, NAME        %s; TRACE may be a file
        --heuristic NAME   one to play against, as often as you like (default all): %s
        --speed F          how fast to play (default 1)
      """
          .formatted(String.join(", ", Scenarios.names()), String.join(", ", Choice.NAMES));

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  static Options parse(String... args) {
    if (args.length == 3 && args[0].equals("--record")) {
      return new Options(args[1], List.of(), 1, Optional.of(Path.of(args[2])));
    }
    @Nullable String name = null;
    List<String> heuristics = new ArrayList<>();
    double speed = 1;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--heuristic" -> heuristics.add(heuristic(value(args, ++i)));
        case "--speed" -> speed = speed(value(args, ++i));
        case "--record" -> throw new IllegalArgumentException("--record wants NAME FILE alone");
        default -> {
          if (name != null || args[i].startsWith("-")) {
            throw new IllegalArgumentException("'" + args[i] + "' is no option");
          }
          name = args[i];
        }
      }
    }
    if (name == null) {
      throw new IllegalArgumentException("which trace?");
    }
    return new Options(
        name, heuristics.isEmpty() ? Choice.NAMES : heuristics, speed, Optional.empty());
  }

  private static String value(String[] args, int i) {
    if (i == args.length) {
      throw new IllegalArgumentException(args[i - 1] + " lacks its value");
    }
    return args[i];
  }

  private static String heuristic(String name) {
    return Choice.named(name).name();
  }

  private static double speed(String value) {
    try {
      double speed = Double.parseDouble(value);
      if (speed >= 0.01 && speed <= 100) {
        return speed;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--speed wants a number, not " + value, e);
    }
    throw new IllegalArgumentException("--speed wants 0.01 to 100, not " + value);
  }
}
