package dev.dmabroker.samples.bench;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the command line says.
 *
 * @param suites the names of those to run, in their own order
 * @param form how long to measure
 */
record Options(List<String> suites, Form form) {

  /** For a person to read. */
  static String usage(List<String> names) {
    return """
    usage: samples/run [--kernel] bench [NAME...] [OPTION...]
      NAME       %s (default all)
      --quick    the short form: minutes instead of the better part of an hour
      --runs N   how often everything is measured, in fresh JVMs each time (default 5; quick 2)
    """
        .formatted(String.join(", ", names));
  }

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  static Options parse(List<String> names, String... args) {
    Set<String> chosen = new LinkedHashSet<>();
    Form form = List.of(args).contains("--quick") ? Form.quick() : Form.full();
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--quick" -> {}
        case "--runs" -> form = form.withRounds(runs(args, ++i));
        default -> {
          if (!names.contains(args[i])) {
            throw new IllegalArgumentException("'" + args[i] + "' is no benchmark and no option");
          }
          chosen.add(args[i]);
        }
      }
    }
    return new Options(
        names.stream().filter(name -> chosen.isEmpty() || chosen.contains(name)).toList(), form);
  }

  private static int runs(String[] args, int i) {
    try {
      int runs = i < args.length ? Integer.parseInt(args[i]) : 0;
      if (runs >= 1 && runs <= 100) {
        return runs;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--runs wants a number, not " + args[i], e);
    }
    throw new IllegalArgumentException("--runs wants 1 to 100");
  }
}
