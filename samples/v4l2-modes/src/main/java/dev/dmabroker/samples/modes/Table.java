package dev.dmabroker.samples.modes;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The modes side by side, for people and for programs. */
final class Table {
  private static final String ROW =
      "%-17s  %-12s  %6s  %12s  %9s  %12s  %11s  %11s  %11s  %12s  %7s%n";
  private static final String UNKNOWN = "-";

  private Table() {}

  static String of(List<Result> results) {
    StringBuilder table =
        new StringBuilder(
            ROW.formatted(
                "memory",
                "display",
                "frames",
                "CPU us/frame",
                "in kernel",
                "ioctls/frame",
                "waits/frame",
                "clock/frame",
                "calls/frame",
                "copies/frame",
                "dropped"));
    for (Result result : results) {
      table.append(
          ROW.formatted(
              result.mode(),
              result.display(),
              result.frames(),
              Math.round(result.cpuMicros()),
              Math.round(100 * result.kernelShare()) + " %",
              calls(result, CallsPerFrame::ioctls),
              calls(result, CallsPerFrame::waits),
              calls(result, CallsPerFrame::clocks),
              calls(result, CallsPerFrame::all),
              result.copies(),
              dropped(result)));
    }
    return table.toString();
  }

  /** What the first takes of CPU time that the second does not, and where. */
  static String over(Result first, Result second) {
    double kernel = first.kernelMicros() - second.kernelMicros();
    double all = first.cpuMicros() - second.cpuMicros();
    return String.format(
        Locale.ROOT,
        "CPU time of %s over %s: %+.0f us a frame (%.1f times), of it %+.0f in the kernel and %+.0f"
            + " in the program%n",
        first.mode(),
        second.mode(),
        all,
        first.cpuMicros() / second.cpuMicros(),
        kernel,
        all - kernel);
  }

  /**
   * One line: {@code modes=... cpu_us=... kernel_percent=... ioctls=... waits=... clock=...
   * calls=... copies=... dropped=... damaged=...}.
   */
  static String line(List<Result> results) {
    return "modes="
        + joined(results, Result::key)
        + " cpu_us="
        + joined(results, each -> String.valueOf(Math.round(each.cpuMicros())))
        + " kernel_percent="
        + joined(results, each -> String.valueOf(Math.round(100 * each.kernelShare())))
        + " ioctls="
        + joined(results, each -> calls(each, CallsPerFrame::ioctls))
        + " waits="
        + joined(results, each -> calls(each, CallsPerFrame::waits))
        + " clock="
        + joined(results, each -> calls(each, CallsPerFrame::clocks))
        + " calls="
        + joined(results, each -> calls(each, CallsPerFrame::all))
        + " copies="
        + joined(results, each -> String.valueOf(each.copies()))
        + " dropped="
        + joined(results, Table::dropped)
        + " damaged="
        + results.stream().mapToInt(Result::damaged).sum();
  }

  private static String calls(Result result, ToDoubleFunction<CallsPerFrame> which) {
    return result
        .calls()
        .map(calls -> String.format(Locale.ROOT, "%.1f", which.applyAsDouble(calls)))
        .orElse(UNKNOWN);
  }

  private static String dropped(Result result) {
    return result.dropped().isPresent() ? String.valueOf(result.dropped().getAsLong()) : UNKNOWN;
  }

  private static String joined(List<Result> results, Function<Result, String> part) {
    return results.stream().map(part).collect(Collectors.joining(","));
  }
}
