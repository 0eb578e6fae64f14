package dev.dmabroker.samples.replay;

import dev.dmabroker.samples.options.OneOf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** What the command line says: a trace to play or generate, a search, or a scenario to record. */
final class Options {
  @Parameters(
      arity = "0..1",
      paramLabel = "TRACE",
      completionCandidates = ScenarioNames.class,
      description = "a file, or one of ${COMPLETION-CANDIDATES}")
  Optional<String> trace = Optional.empty();

  @Mixin WorkloadOptions workload = new WorkloadOptions();
  @Mixin SearchOptions search = new SearchOptions();

  @Option(
      names = "--heuristic",
      paramLabel = "NAME",
      converter = ChoiceName.class,
      completionCandidates = ChoiceName.class,
      description =
          "one to play against, as often as you like (default all): ${COMPLETION-CANDIDATES}; with"
              + " parameters as in sticky:1.5+return-idle:0.3:0.1:300")
  private final List<String> heuristics = new ArrayList<>();

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
      names = "--svg",
      paramLabel = "FILE",
      description =
          "draws moves, refusals and contiguous memory over time: of what is played, or of the best"
              + " that a search finds and of the default, for the trace in which these lose most")
  Optional<Path> svg = Optional.empty();

  @Option(
      names = "--record",
      arity = "2",
      paramLabel = "NAME FILE",
      hideParamSyntax = true,
      description = "records the scenario of that name instead, and writes its trace to the file")
  List<String> record = List.of();

  /** Returns the heuristics to play a trace against. */
  List<String> heuristics() {
    return heuristics.isEmpty() ? Choice.NAMES : heuristics;
  }

  /** Returns the policies that a search tries; the broker's default is one of them. */
  List<String> candidates() {
    List<String> candidates =
        new ArrayList<>(heuristics.isEmpty() ? Candidates.names() : heuristics);
    if (!candidates.contains(SearchReport.DEFAULT)) {
      candidates.add(SearchReport.DEFAULT);
    }
    return candidates;
  }

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

  /** The names of the heuristics, with parameters or without. */
  static final class ChoiceName implements ITypeConverter<String>, Iterable<String> {
    @Override
    public String convert(String value) {
      try {
        return Choice.named(value).name();
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }

    @Override
    public Iterator<String> iterator() {
      return Choice.NAMES.iterator();
    }
  }
}
