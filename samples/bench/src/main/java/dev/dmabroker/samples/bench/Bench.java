package dev.dmabroker.samples.bench;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs benchmarks and prints them beside their peers and bars. */
public final class Bench {
  private static final int[] COUNTS = {1, 8, 64, 1000};

  private final boolean quick;

  private Bench(boolean quick) {
    this.quick = quick;
  }

  /** {@code plan [--quick]}. */
  public static void main(String[] args) throws RunnerException {
    List<String> arguments = List.of(args);
    boolean quick = arguments.contains("--quick");
    if (arguments.isEmpty() || !arguments.get(0).equals("plan")) {
      System.err.println("usage: samples/run bench plan [--quick]");
      System.exit(2);
    }
    new Bench(quick).plan();
  }

  private void plan() throws RunnerException {
    Map<String, RunResult> grid = new TreeMap<>();
    for (RunResult result : run(PlanBench.class)) {
      var params = result.getParams();
      grid.put(
          name(result) + " " + params.getParam("devices") + " " + params.getParam("heaps"), result);
    }
    System.out.println("plan: microseconds, and how many times as long the naive way takes");
    System.out.printf(Locale.ROOT, "  %-12s", "devices");
    for (int heaps : COUNTS) {
      System.out.printf(Locale.ROOT, "%22s", heaps + (heaps == 1 ? " heap" : " heaps"));
    }
    System.out.println();
    for (int devices : COUNTS) {
      System.out.printf(Locale.ROOT, "  %-12d", devices);
      for (int heaps : COUNTS) {
        double plan = micros(grid, "plan", devices, heaps);
        double naive = micros(grid, "pairwise", devices, heaps);
        System.out.printf(
            Locale.ROOT, "%22s", String.format(Locale.ROOT, "%.2f (x %.1f)", plan, naive / plan));
      }
      System.out.println();
    }
    bar("plan, 8 x 8", micros(grid, "plan", 8, 8), 2);
    System.out.printf(
        Locale.ROOT,
        "  growth from 8 x 8 to 1,000 x 1,000: x %.0f in time, x %.0f in devices + heaps%n",
        micros(grid, "plan", 1000, 1000) / micros(grid, "plan", 8, 8),
        2000 / 16.0);
    Map<String, Double> bars =
        Map.of("attach", 1.0, "alternatives", 50.0, "alternativesWorst", 50.0);
    for (RunResult result : run(AttachBench.class)) {
      bar(name(result), micros(result), bars.getOrDefault(name(result), Double.NaN));
    }
  }

  private static void bar(String what, double micros, double bar) {
    System.out.printf(
        Locale.ROOT,
        "  %-20s %8.3f us, bar %.0f us: %s%n",
        what,
        micros,
        bar,
        micros <= bar ? "met" : "NOT met");
  }

  private Collection<RunResult> run(Class<?> benchmarks) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(benchmarks.getName() + "\\.")
            .verbosity(VerboseMode.SILENT)
            .forks(quick ? 1 : 2)
            .warmupIterations(3)
            .warmupTime(TimeValue.milliseconds(400))
            .measurementIterations(quick ? 2 : 4)
            .measurementTime(TimeValue.milliseconds(400));
    return new Runner(options.build()).run();
  }

  private static String name(RunResult result) {
    String method = result.getParams().getBenchmark();
    return method.substring(method.lastIndexOf('.') + 1);
  }

  private static double micros(Map<String, RunResult> grid, String name, int devices, int heaps) {
    RunResult result = grid.get(name + " " + devices + " " + heaps);
    return result == null ? Double.NaN : micros(result);
  }

  private static double micros(RunResult result) {
    return result.getPrimaryResult().getScore() / 1000;
  }
}
