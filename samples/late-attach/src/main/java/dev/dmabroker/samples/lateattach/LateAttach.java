package dev.dmabroker.samples.lateattach;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.metrics.FlightEvents;
import dev.dmabroker.metrics.TraceExport;
import dev.dmabroker.samples.common.StandIns;
import dev.dmabroker.samples.lateattach.processes.Processes;
import dev.dmabroker.samples.options.CommandLines;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * A camera fills four buffers, a viewer reads them, and halfway a display attaches that takes
 * contiguous memory only. Exit status: 0 if no frame was dropped or corrupt and every buffer moved,
 * and the trace is written if one was asked for, 1 if not, 2 for a wrong command line.
 */
@Command(name = "samples/run [--kernel] late-attach")
public final class LateAttach implements Callable<Integer> {
  @Mixin private final Options options = new Options();

  private LateAttach() {}

  /** See {@link Options}. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** The exit status. */
  static int run(String... args) {
    return CommandLines.of(new LateAttach()).execute(args);
  }

  /** Opens devices and broker, runs the job, and writes the trace. */
  @Override
  public Integer call() throws InterruptedException, IOException {
    Timeline timeline = new Timeline();
    if (options.processes) {
      try (Load load = new Load(options.load)) {
        return Processes.run(options.job(), timeline) ? 0 : 1;
      }
    }
    TraceExport trace = new TraceExport();
    Chronicle chronicle = new Chronicle();
    boolean good;
    try (Load load = new Load(options.load);
        Rig rig = Rig.open(options);
        Broker broker = broker(timeline, trace, chronicle)) {
      good = new Session(options, rig, broker, timeline, chronicle).run();
    }
    boolean written = options.trace.map(file -> write(trace, file)).orElse(true);
    boolean drawn = options.picture.map(file -> draw(chronicle, file)).orElse(true);
    return good && written && drawn ? 0 : 1;
  }

  private Broker broker(Timeline timeline, TraceExport trace, Chronicle chronicle) {
    // The timeline is told in place, so that its lines are in the order in which things happen,
    // trace and chronicle, so that their times are right.
    BrokerBuilder builder =
        StandIns.broker()
            .listener(timeline, Delivery.IN_PLACE)
            .listener(chronicle, Delivery.IN_PLACE)
            .listener(new FlightEvents());
    return (options.trace.isPresent() ? builder.listener(trace, Delivery.IN_PLACE) : builder)
        .build();
  }

  private static boolean draw(Chronicle chronicle, Path file) {
    if (chronicle.displayCame().isEmpty()) {
      System.err.println("there is no picture, as the display did not attach");
      return false;
    }
    try {
      Picture.write(chronicle, Session.BUFFERS, file);
      return true;
    } catch (IOException e) {
      System.err.println("the picture could not be written: " + e);
      return false;
    }
  }

  private static boolean write(TraceExport trace, Path file) {
    try (Writer out = Files.newBufferedWriter(file)) {
      trace.write(out);
      return true;
    } catch (IOException e) {
      System.err.println("the trace could not be written: " + e);
      return false;
    }
  }
}
