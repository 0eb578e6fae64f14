package dev.dmabroker.samples.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs JMH benchmarks, each in JVMs of its own, all of them once and then all of them again: a
 * machine that slows down meanwhile then slows peers alike.
 */
final class Forks {
  /** Of JMH's profiler; versions differ in what they put before it. */
  private static final String GARBAGE = "gc.alloc.rate.norm";

  private final Form form;
  private final Suite suite;

  Forks(Form form, Suite suite) {
    this.form = form;
    this.suite = suite;
  }

  /** The time of one operation, and its garbage, of each case. */
  Figures measure(List<Case> cases) {
    Map<Case, List<Double>> nanos = new LinkedHashMap<>();
    Map<Case, List<Double>> bytes = new LinkedHashMap<>();
    for (int round = 1; round <= form.rounds(); round++) {
      for (Case each : cases) {
        suite.progress(form, round, each.what());
        RunResult result = run(each);
        nanos.computeIfAbsent(each, key -> new ArrayList<>()).add(median(result));
        bytes.computeIfAbsent(each, key -> new ArrayList<>()).add(garbage(result));
      }
    }
    Map<Case, Figure> figures = new LinkedHashMap<>();
    nanos.forEach(
        (each, rounds) ->
            figures.put(
                each,
                Figure.of(each.what(), Unit.NANOS, rounds)
                    .withGarbage(Samples.median(bytes.getOrDefault(each, List.of())))));
    return new Figures(figures);
  }

  /** Over the iterations of all its JVMs: one that the machine spent elsewhere does not count. */
  private static double median(RunResult result) {
    return Samples.median(
        result.getBenchmarkResults().stream()
            .flatMap(jvm -> jvm.getIterationResults().stream())
            .map(iteration -> iteration.getPrimaryResult().getScore())
            .toList());
  }

  private static double garbage(RunResult result) {
    for (String key : result.getSecondaryResults().keySet()) {
      if (key.endsWith(GARBAGE)) {
        return result.getSecondaryResults().get(key).getScore();
      }
    }
    throw new MeasuringException("JMH did not tell " + GARBAGE);
  }

  private RunResult run(Case each) {
    Path log = log();
    try {
      return new Runner(options(each, log)).runSingle();
    } catch (RunnerException e) {
      throw new MeasuringException(each.what() + ": " + e.getMessage() + "\n" + read(log), e);
    } finally {
      delete(log);
    }
  }

  private org.openjdk.jmh.runner.options.Options options(Case each, Path log) {
    TimeValue iteration = TimeValue.milliseconds(form.iteration().toMillis());
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + Pattern.quote(each.benchmarks().getName() + "." + each.method()) + "$")
            .mode(Mode.AverageTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .threads(each.threads())
            .forks(each.jvms())
            .warmupIterations(form.warmUps())
            .warmupTime(iteration)
            .measurementIterations(form.iterations())
            .measurementTime(iteration)
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .output(log.toString());
    each.params().forEach(options::param);
    return options.build();
  }

  /** What JMH says goes into a file, to be shown if something goes wrong. */
  private static Path log() {
    try {
      return Files.createTempFile("dmabroker-bench", ".log");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "JMH's log cannot be read: " + e;
    }
  }

  private static void delete(Path log) {
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      System.err.println("cannot delete " + log + ": " + e);
    }
  }
}
