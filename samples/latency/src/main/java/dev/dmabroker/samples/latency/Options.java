package dev.dmabroker.samples.latency;

import dev.dmabroker.samples.options.Within;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What the command line says. */
final class Options {
  @Option(names = "--rate", description = "frames a second")
  @Within(least = 1, most = 1000)
  int rate = 60;

  @Option(names = "--phase", description = "frames for which each latency lasts")
  @Within(least = 1, most = 100_000)
  int framesPerPhase = 60;

  @Option(names = "--svg", paramLabel = "FILE", description = "where the chart goes")
  Path svg = Path.of("latency.svg");
}
