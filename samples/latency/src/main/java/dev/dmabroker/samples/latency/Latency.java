package dev.dmabroker.samples.latency;

import dev.dmabroker.Broker;
import dev.dmabroker.samples.options.CommandLines;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * A decoder fills frames at a steady rate for a downstream that keeps each of them for 1 to 30
 * frame times: with fixed counts of buffers, and with a stream that has as many as it takes. Exit
 * status: 0 if the dynamic stream did not stutter more than the largest fixed count, 1 if it did, 2
 * for a wrong command line.
 */
@Command(name = "samples/run latency")
public final class Latency implements Callable<Integer> {
  private static final ImageSpec IMAGE = ImageSpec.of(1280, 720, PixelFormat.NV12);

  @Mixin private final Options options = new Options();

  private Latency() {}

  /** See {@link Options}. */
  public static void main(String[] args) {
    System.exit(CommandLines.of(new Latency()).execute(args));
  }

  /** Plays every pool, and writes the chart. */
  @Override
  public Integer call() throws IOException, InterruptedException {
    Schedule schedule = new Schedule(Schedule.PHASES, options.framesPerPhase);
    System.out.printf(
        Locale.ROOT,
        "%s, %d frames a second, downstream latency %s frames for %.1f s each%n",
        IMAGE,
        options.rate,
        schedule.phases(),
        schedule.framesPerPhase() / (double) options.rate);
    List<Run> runs = new ArrayList<>();
    try (Broker broker = Broker.builder().discoverHeaps().build()) {
      Player player = new Player(broker, IMAGE, schedule, options.rate);
      Schedule brief = new Schedule(Schedule.PHASES, 4);
      new Player(broker, IMAGE, brief, options.rate).play(Pool.DYNAMIC); // The JVM warms up.
      for (Pool pool : Pool.ALL) {
        runs.add(player.play(pool));
      }
    }
    Report.lines(runs, schedule).forEach(System.out::println);
    Path folder = options.svg.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(options.svg, Chart.of(schedule, runs, options.rate));
    System.out.println("chart: " + options.svg.toAbsolutePath());
    return isGood(runs, schedule) ? 0 : 1;
  }

  /** The last is dynamic, and the largest fixed count comes before it. */
  private static boolean isGood(List<Run> runs, Schedule schedule) {
    Run dynamic = runs.get(runs.size() - 1);
    Run largest = runs.get(runs.size() - 2);
    return dynamic.stutters().size() * 50 <= schedule.frames()
        && dynamic.meanBytes() < largest.meanBytes();
  }
}
