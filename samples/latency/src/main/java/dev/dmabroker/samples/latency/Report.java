package dev.dmabroker.samples.latency;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results side by side. */
final class Report {
  private Report() {}

  static List<String> lines(List<Run> runs, Schedule schedule) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%-10s %9s %14s %10s %10s %6s %7s",
            "buffers",
            "stutters",
            "longest [fr]",
            "mean [MiB]",
            "peak [MiB]",
            "grown",
            "shrunk"));
    for (Run run : runs) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%-10s %9d %14d %10.1f %10.1f %6d %7d",
              run.name(),
              run.stutters().size(),
              run.longestStutter(),
              mebibytes(run.meanBytes()),
              mebibytes((double) run.peakBytes()),
              run.grown(),
              run.shrunk()));
    }
    lines.add(
        "A stutter is a frame, of "
            + schedule.frames()
            + ", for which the decoder had no buffer until the next was due.");
    for (Run run : runs) {
      lines.add(
          String.format(
              Locale.ROOT,
              "result: buffers=%s stutters=%d mean=%.0f peak=%d",
              run.name().replace(' ', '-'),
              run.stutters().size(),
              run.meanBytes(),
              run.peakBytes()));
    }
    return lines;
  }

  static double mebibytes(double bytes) {
    return bytes / (1 << 20);
  }
}
