package dev.dmabroker.samples.modes;

import dev.dmabroker.samples.options.Within;
import picocli.CommandLine.Option;

/** What the command line says. */
final class Options {
  @Option(names = "--frames", description = "how many each mode shows")
  @Within(least = 1, most = 100_000)
  int frames = 100;

  @Option(
      names = "--calibrate",
      description = "instead, compares small loops in Java and in C; here or in the lab")
  boolean calibrate;
}
