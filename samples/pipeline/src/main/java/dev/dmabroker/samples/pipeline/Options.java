package dev.dmabroker.samples.pipeline;

import dev.dmabroker.samples.common.DeviceChoice;
import dev.dmabroker.samples.options.Within;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What the command line says. */
final class Options {
  @Option(
      names = "--frames",
      description = "ends the camera after so many; it may have filled a few more by then")
  @Within(least = 12, most = 10_000)
  int frames = 60;

  @Option(names = "--file", paramLabel = "PATH", description = "keeps the coded frames there")
  Optional<Path> file = Optional.empty();

  @Option(
      names = "--devices",
      paramLabel = "WHICH",
      description = "real, modelled or auto: real if there are any")
  DeviceChoice devices = DeviceChoice.AUTO;
}
