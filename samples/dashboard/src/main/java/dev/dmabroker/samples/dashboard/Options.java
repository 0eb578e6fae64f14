package dev.dmabroker.samples.dashboard;

import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.dmabroker.samples.options.Within;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** What the command line says. */
final class Options {
  private static final int COMES_AND_GOES = 12;

  @Option(names = "--port", description = "where to listen; 0 for any port that is free")
  @Within(least = 0, most = 65_535)
  int port = 8642;

  @Option(names = "--control", description = "lets the page attach and detach the display")
  boolean control;

  @Option(
      names = "--every",
      description =
          "seconds after which the display comes or goes by itself, 0 for never; by default 12, or"
              + " 0 with --control")
  @Within(least = 0, most = 86_400)
  private Optional<Integer> every = Optional.empty();

  @Option(names = "--buffers", description = "of the demo")
  @Within(least = 1, most = 10_000)
  int buffers = 4;

  @Option(names = "--rate", description = "frames a second of the demo")
  @Within(least = 1, most = 1000)
  int rate = 30;

  @Option(names = "--seconds", description = "how long it runs; 0 until it is ended")
  @Within(least = 0, most = 864_000)
  int seconds;

  @Option(
      names = "--address",
      paramLabel = "A",
      description = "where to listen; 127.0.0.1 is this machine alone")
  String address = "127.0.0.1";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "a name of this machine that browsers may ask for; may be repeated")
  private Set<String> names = new HashSet<>();

  /** Names of this machine that a browser may ask for, besides addresses and localhost. */
  Set<String> names() {
    return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(toUnmodifiableSet());
  }

  /** How often the display comes or goes by itself; 0 for never. */
  int everySeconds() {
    return every.orElse(control ? 0 : COMES_AND_GOES);
  }
}
