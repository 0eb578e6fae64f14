package dev.dmabroker.samples.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Plays a trace against heuristics and compares what comes of it, or records a trace. Exit status:
 * 0 if it was played or written, 2 for a wrong command line, file or trace.
 */
public final class Replay {
  private Replay() {}

  /** See {@link Options#USAGE}. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String... args) {
    try {
      Options options = Options.parse(args);
      if (options.record().isPresent()) {
        record(options.name(), options.record().get());
      } else {
        play(options);
      }
      return 0;
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(Options.USAGE);
    } catch (TraceException e) {
      System.err.println("cannot read the trace: " + e.getMessage());
    } catch (IOException e) {
      System.err.println("cannot read or write: " + e);
    }
    return 2;
  }

  private static void record(String name, Path file) throws IOException {
    Scenario scenario =
        Scenarios.named(name)
            .orElseThrow(() -> new IllegalArgumentException("there is no scenario '" + name + "'"));
    Trace unused = scenario.record(new RealTime(4)); // The first seconds of a JVM are slow.
    Trace trace = scenario.record(new RealTime(1));
    Files.writeString(file, trace.text());
    System.out.printf("%s: %s, written to %s%n", name, trace.summary(), file);
  }

  private static void play(Options options) throws IOException, TraceException {
    Trace trace = Trace.load(options.name());
    String name = String.valueOf(Path.of(options.name()).getFileName()).replace(".trace", "");
    System.out.printf("%s: %s, speed %s%n", name, trace.summary(), options.speed());
    Supplier<Pacer> pacer = () -> new RealTime(options.speed());
    for (String heuristic : options.heuristics()) {
      Performance.warmUp(trace, Choice.named(heuristic));
    }
    List<Result> results = new ArrayList<>();
    for (String heuristic : options.heuristics()) {
      results.add(Performance.of(trace, Choice.named(heuristic), pacer));
    }
    Table.of(results).forEach(System.out::println);
    long heldUp = results.stream().mapToLong(Result::heldUpMicros).max().orElse(0);
    if (heldUp > 0) {
      System.out.printf(
          Locale.ROOT,
          "the trace stood still for up to %.0f ms in all while the machine was busy elsewhere%n",
          heldUp / 1e3);
    }
    results.forEach(result -> System.out.println(result.line(name)));
  }
}
