package dev.dmabroker.samples.replay;

import dev.dmabroker.samples.options.OneOf;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the command line says: a trace to play or to generate, or a scenario to record. */
final class Options {
  @Parameters(
      arity = "0..1",
      paramLabel = "TRACE",
      completionCandidates = ScenarioNames.class,
      description = "a file, or one of ${COMPLETION-CANDIDATES}")
  Optional<String> trace = Optional.empty();

  @Mixin WorkloadOptions workload = new WorkloadOptions();

  @Option(
      names = "--heuristic",
      paramLabel = "NAME",
      converter = HeuristicNames.class,
      completionCandidates = HeuristicNames.class,
      description =
          "one to play against, as often as you like (default all): ${COMPLETION-CANDIDATES}")
  List<String> heuristics = Choice.NAMES;

  @Option(
      names = "--copy",
      paramLabel = "NANOS",
      description = "what a copy takes for each MiB, instead of what the trace says")
  Optional<Long> copyNanos = Optional.empty();

  @Option(
      names = "--allocate",
      paramLabel = "NANOS",
      description = "what an allocation takes for each MiB")
  Optional<Long> allocateNanos = Optional.empty();

  @Option(names = "--drain", paramLabel = "NANOS", description = "what a drain takes")
  Optional<Long> drainNanos = Optional.empty();

  @Option(
      names = "--record",
      arity = "2",
      paramLabel = "NAME FILE",
      hideParamSyntax = true,
      description = "records the scenario of that name instead, and writes its trace to the file")
  List<String> record = List.of();

  /** Returns the costs of a trace, or what was asked for instead. */
  Costs costs(Costs ofTrace) {
    return new Costs(
        copyNanos.orElse(ofTrace.copyNanos()),
        allocateNanos.orElse(ofTrace.allocateNanos()),
        drainNanos.orElse(ofTrace.drainNanos()));
  }

  /** The names of the scenarios, which their traces have, too. */
  static final class ScenarioNames extends OneOf {
    ScenarioNames() {
      super(Scenarios.names());
    }
  }

  /** The names of the heuristics. */
  static final class HeuristicNames extends OneOf {
    HeuristicNames() {
      super(Choice.NAMES);
    }
  }
}
