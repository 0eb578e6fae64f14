package dev.dmabroker.samples.latency;

import dev.dmabroker.Broker;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A decoder fills frames at a steady rate for a downstream that keeps each of them for 1 to 30
 * frame times: with fixed counts of buffers, and with a stream that has as many as it takes. Exit
 * status: 0 if the dynamic stream did not stutter more than the largest fixed count, 1 if it did, 2
 * for a wrong command line.
 */
public final class Latency {
  private static final ImageSpec IMAGE = ImageSpec.of(1280, 720, PixelFormat.NV12);

  private Latency() {}

  /** See {@link Options#USAGE}. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(Options.USAGE);
      System.exit(2);
      return;
    }
    Schedule schedule = new Schedule(Schedule.PHASES, options.framesPerPhase());
    System.out.printf(
        Locale.ROOT,
        "%s, %d frames a second, downstream latency %s frames for %.1f s each%n",
        IMAGE,
        options.rate(),
        schedule.phases(),
        schedule.framesPerPhase() / (double) options.rate());
    List<Run> runs = new ArrayList<>();
    try (Broker broker = Broker.builder().discoverHeaps().build()) {
      Player player = new Player(broker, IMAGE, schedule, options.rate());
      Schedule brief = new Schedule(Schedule.PHASES, 4);
      new Player(broker, IMAGE, brief, options.rate()).play(Pool.DYNAMIC); // The JVM warms up.
      for (Pool pool : Pool.ALL) {
        runs.add(player.play(pool));
      }
    }
    Report.lines(runs, schedule).forEach(System.out::println);
    Path folder = options.svg().toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(options.svg(), Chart.of(schedule, runs, options.rate()));
    System.out.println("chart: " + options.svg().toAbsolutePath());
    System.exit(isGood(runs, schedule) ? 0 : 1);
  }

  /** The last is dynamic, and the largest fixed count comes before it. */
  private static boolean isGood(List<Run> runs, Schedule schedule) {
    Run dynamic = runs.get(runs.size() - 1);
    Run largest = runs.get(runs.size() - 2);
    return dynamic.stutters().size() * 50 <= schedule.frames()
        && dynamic.meanBytes() < largest.meanBytes();
  }

  /** Where a chart goes unless said otherwise. */
  static final Path CHART = Path.of("latency.svg");
}
