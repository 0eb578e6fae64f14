package dev.dmabroker.samples.replay;

import dev.dmabroker.samples.options.OneOf;
import dev.dmabroker.samples.options.Within;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What the command line says of traces that are generated. */
final class WorkloadOptions {
  @Option(
      names = "--generate",
      paramLabel = "KIND",
      converter = KindNames.class,
      completionCandidates = KindNames.class,
      description = "generates a trace instead, and plays it: ${COMPLETION-CANDIDATES}")
  Optional<String> kind = Optional.empty();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "decides what is left open; equal seeds give equal traces")
  long seed = 1;

  @Option(names = "--devices", description = "how many devices there are")
  @Within(least = Fleet.LEAST, most = 10_000)
  int devices = 12;

  @Option(names = "--buffers", description = "how many buffers are exported in all")
  @Within(least = 1, most = 1_000_000)
  int buffers = 400;

  @Option(names = "--seconds", description = "the time in which streams begin; a day has 86400")
  @Within(least = 1, most = 864_000)
  int seconds = 30;

  @Option(names = "--scarce", description = "how many MiB contiguous memory has")
  @Within(least = 1, most = 1 << 20)
  int scarceMib = 32;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "writes the generated trace to the file instead of playing it")
  Optional<Path> out = Optional.empty();

  /** A workload of the kind, with that seed. */
  Workload of(Kind kind, long seed) {
    return new Workload(kind, seed, devices, buffers, seconds, (long) scarceMib << 20);
  }

  /** The names of the kinds. */
  static final class KindNames extends OneOf {
    KindNames() {
      super(Kind.names());
    }
  }
}
