package dev.dmabroker.samples.modes;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The modes side by side, for people and for programs. */
final class Table {
  private static final String ROW = "%-16s  %-14s  %6s  %12s  %9s  %12s  %7s%n";

  private Table() {}

  static String of(List<Job.Result> results) {
    StringBuilder table =
        new StringBuilder(
            ROW.formatted(
                "memory",
                "display",
                "frames",
                "CPU us/frame",
                "in kernel",
                "copies/frame",
                "dropped"));
    for (Job.Result result : results) {
      table.append(
          ROW.formatted(
              result.mode(),
              result.display(),
              result.frames(),
              Math.round(result.cpuMicros()),
              Math.round(100 * result.kernelShare()) + " %",
              result.copies(),
              result.dropped()));
    }
    return table.toString();
  }

  /**
   * One line: {@code modes=... cpu_us=... kernel_percent=... copies=... dropped=... damaged=...}.
   */
  static String line(List<Job.Result> results) {
    return "modes="
        + joined(results, each -> (each.mode() + "/" + each.display()).replace(' ', '-'))
        + " cpu_us="
        + joined(results, each -> String.valueOf(Math.round(each.cpuMicros())))
        + " kernel_percent="
        + joined(results, each -> String.valueOf(Math.round(100 * each.kernelShare())))
        + " copies="
        + joined(results, each -> String.valueOf(each.copies()))
        + " dropped="
        + joined(results, each -> String.valueOf(each.dropped()))
        + " damaged="
        + results.stream().mapToInt(Job.Result::damaged).sum();
  }

  private static String joined(List<Job.Result> results, Function<Job.Result, String> part) {
    return results.stream().map(part).collect(Collectors.joining(","));
  }
}
