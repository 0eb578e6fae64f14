package dev.dmabroker.samples.replay;

import dev.dmabroker.samples.options.CommandLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/**
 * Plays traces against heuristics and compares what comes of it, or makes a trace. Exit status: 0
 * if it was played or written, 2 for a wrong command line, file or trace.
 */
@Command(
    name = "replay",
    customSynopsis = {
      "samples/run replay TRACE [OPTIONS]",
      "       samples/run replay --generate KIND [--seed N] [--out FILE] [OPTIONS]",
      "       samples/run replay --search [--seeds N] [--by FIGURES] [OPTIONS]",
      "       samples/run replay --record NAME FILE"
    })
public final class Replay implements Callable<Integer> {
  @Mixin private final Options options = new Options();
  private final CommandLine line = CommandLines.of(this);

  private Replay() {}

  /** See {@link Options}. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** The exit status. */
  static int run(String... args) {
    return new Replay().line.execute(args);
  }

  /** Plays or records. */
  @Override
  public Integer call() throws InterruptedException {
    try {
      if (!options.record.isEmpty()) {
        record(options.record.get(0), Path.of(options.record.get(1)));
      } else if (options.search.search) {
        search();
      } else if (options.workload.kind.isPresent()) {
        generate(Kind.named(options.workload.kind.get()));
      } else {
        play(options.trace.orElseThrow(() -> wrong("which trace?")));
      }
      return 0;
    } catch (TraceException e) {
      System.err.println("cannot read the trace: " + e.getMessage());
    } catch (IOException e) {
      System.err.println("cannot read or write: " + e);
    }
    return 2;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(line, message);
  }

  private void record(String name, Path file) throws IOException {
    if (line.getParseResult().matchedArgs().size() > 1) {
      throw wrong("--record wants NAME FILE alone");
    }
    Scenario scenario =
        Scenarios.named(name).orElseThrow(() -> wrong("there is no scenario '" + name + "'"));
    Trace unused = scenario.record(new RealTime(4)); // The first seconds of a JVM are slow.
    Trace trace = scenario.record(new RealTime(1));
    Files.writeString(file, trace.text());
    System.out.printf("%s: %s, written to %s%n", name, trace.summary(), file);
  }

  private void generate(Kind kind) throws IOException, InterruptedException {
    if (options.trace.isPresent()) {
      throw wrong("a trace is played or generated, not both");
    }
    Workload workload = options.workload.of(kind, options.workload.seed);
    if (options.workload.out.isEmpty()) {
      play(workload.name(), workload.trace());
      return;
    }
    Path file = options.workload.out.get();
    workload.write(costs(Costs.USUAL), file);
    System.out.printf("%s: written to %s%n", workload.name(), file);
  }

  private void search() throws IOException, InterruptedException {
    if (options.trace.isPresent() || options.workload.out.isPresent()) {
      throw wrong("a search generates its traces, and keeps none");
    }
    List<Workload> workloads = options.search.workloads(options.workload);
    List<String> policies = options.candidates();
    System.out.printf(
        "search: %d policies, %d traces; %s%n",
        policies.size(), workloads.size(), costs(Costs.USUAL).summary());
    Search search = new Search(policies, workloads, costs(Costs.USUAL));
    search.run(options.search.threads, System.err::println);
    List<Criterion> criteria = options.search.criteria;
    SearchReport.of(search, criteria).forEach(System.out::println);
    draw(() -> SearchReport.chart(search, criteria));
  }

  private void play(String traceOrFile) throws IOException, TraceException, InterruptedException {
    if (options.workload.out.isPresent()) {
      throw wrong("--out wants --generate");
    }
    String name = String.valueOf(Path.of(traceOrFile).getFileName()).replace(".trace", "");
    play(name, Trace.load(traceOrFile));
  }

  /** What was asked for instead of what the trace has. */
  private Costs costs(Costs ofTrace) {
    Costs costs = options.costs(ofTrace);
    if (costs.least() < 0) {
      throw wrong("nothing takes less than no time, so costs are 0 or more nanoseconds");
    }
    return costs;
  }

  private void draw(Supplier<String> chart) throws IOException {
    if (options.svg.isPresent()) {
      Files.writeString(options.svg.get(), chart.get());
    }
  }

  private void play(String name, Trace loaded) throws IOException, InterruptedException {
    Trace trace = loaded.with(costs(loaded.costs()));
    System.out.printf("%s: %s; %s%n", name, trace.summary(), trace.costs().summary());
    List<Result> results = new ArrayList<>();
    for (String heuristic : options.heuristics()) {
      results.add(Performance.of(trace, Choice.named(heuristic)));
    }
    Table.of(results).forEach(System.out::println);
    results.forEach(result -> System.out.println(result.line(name)));
    draw(() -> Chart.of(name, results));
  }
}
