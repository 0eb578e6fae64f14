package dev.dmabroker.samples.replay;

import dev.dmabroker.samples.options.Within;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What the command line says of a search. */
final class SearchOptions {
  @Option(
      names = "--search",
      description =
          "plays generated traces against policies with many parameters, and ranks these: traces of"
              + " each kind, or of the one to --generate")
  boolean search;

  @Option(names = "--seeds", description = "how many traces of each kind, from --seed on")
  @Within(least = 1, most = 10_000)
  int seeds = 2;

  @Option(
      names = "--by",
      split = ",",
      paramLabel = "FIGURE",
      description =
          "the figures to rank by, the most important first (default"
              + " dropped,missed,stall,scarce,moves): ${COMPLETION-CANDIDATES}")
  List<Criterion> criteria =
      List.of(
          Criterion.DROPPED, Criterion.MISSED, Criterion.STALL, Criterion.SCARCE, Criterion.MOVES);

  @Option(names = "--threads", description = "how many traces are played at a time")
  @Within(least = 1, most = 1024)
  int threads = Runtime.getRuntime().availableProcessors();

  /** The workloads to search over: all seeds of a kind before those of the next. */
  List<Workload> workloads(WorkloadOptions options) {
    List<Kind> kinds =
        options.kind.map(kind -> List.of(Kind.named(kind))).orElse(List.of(Kind.values()));
    List<Workload> workloads = new ArrayList<>();
    for (Kind kind : kinds) {
      for (int i = 0; i < seeds; i++) {
        workloads.add(options.of(kind, options.seed + i));
      }
    }
    return workloads;
  }
}
