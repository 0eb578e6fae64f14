package dev.dmabroker.samples.bench;

import dev.dmabroker.samples.options.OneOf;
import dev.dmabroker.samples.options.Within;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the command line says. */
final class Options {
  @Parameters(
      paramLabel = "NAME",
      converter = Names.class,
      completionCandidates = Names.class,
      description = "${COMPLETION-CANDIDATES} (default all)")
  private Set<String> names = new LinkedHashSet<>();

  @Option(
      names = "--quick",
      description = "the short form: minutes instead of the better part of an hour")
  private boolean quick;

  @Option(
      names = "--runs",
      description =
          "how often everything is measured, in fresh JVMs each time, by default 5 and quick 2")
  @Within(least = 1, most = 100)
  private Optional<Integer> runs = Optional.empty();

  /** The names of all suites. */
  static final class Names extends OneOf {
    Names() {
      super(Suites.names());
    }
  }

  /** The suites to run, in their own order. */
  List<Suite> suites() {
    return Suites.ALL.stream()
        .filter(suite -> names.isEmpty() || names.contains(suite.name()))
        .toList();
  }

  /** How long to measure. */
  Form form() {
    Form form = quick ? Form.quick() : Form.full();
    return runs.map(form::withRounds).orElse(form);
  }
}
