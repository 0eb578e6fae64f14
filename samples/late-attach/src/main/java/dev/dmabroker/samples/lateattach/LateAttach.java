package dev.dmabroker.samples.lateattach;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.metrics.FlightEvents;
import dev.dmabroker.metrics.TraceExport;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A camera fills four buffers, a viewer reads them, and halfway a display attaches that takes
 * contiguous memory only. Exit status: 0 if no frame was dropped or corrupt and every buffer moved,
 * and the trace is written if one was asked for, 1 if not, 2 for a wrong command line.
 */
public final class LateAttach {
  private static final int BUFFERS = 4;

  private final Options options;
  private final Rig rig;
  private final Broker broker;
  private final Timeline timeline;

  private LateAttach(Options options, Rig rig, Broker broker, Timeline timeline) {
    this.options = options;
    this.rig = rig;
    this.broker = broker;
    this.timeline = timeline;
  }

  /** See {@link Options#USAGE}. */
  public static void main(String[] args) throws InterruptedException {
    System.exit(run(args));
  }

  /** The exit status. */
  static int run(String... args) throws InterruptedException {
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(Options.USAGE);
      return 2;
    }
    Timeline timeline = new Timeline();
    TraceExport trace = new TraceExport();
    boolean good;
    try (Load load = new Load(options.load());
        Rig rig = Rig.open(options);
        Broker broker = broker(options, timeline, trace)) {
      good = new LateAttach(options, rig, broker, timeline).run();
    }
    boolean written = options.trace().map(file -> write(trace, file)).orElse(true);
    return good && written ? 0 : 1;
  }

  private static Broker broker(Options options, Timeline timeline, TraceExport trace) {
    Broker.Builder builder =
        Broker.builder().discoverHeaps().listener(timeline).listener(new FlightEvents());
    return (options.trace().isPresent() ? builder.listener(trace) : builder).build();
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

  private boolean run() throws InterruptedException {
    timeline.say("devices: %s", rig.description());
    timeline.say(
        "%s at %.0f frames a second, %d buffers of %,d bytes, for %d s",
        rig.image(), rig.rate(), BUFFERS, rig.image().layout().sizeBytes(), options.seconds());
    if (options.load() > 0) {
      timeline.say(
          "%d of %d cores are kept busy by other processes",
          options.load(), Runtime.getRuntime().availableProcessors());
    }
    timeline.say("warmed up with %d moves of scratch buffers", WarmUp.run(rig));
    Device camera =
        broker.register(
            DeviceSpec.named("camera")
                .constraints(rig.camera().constraints())
                .access(Access.READ_WRITE));
    Device viewer =
        broker.register(
            DeviceSpec.named("viewer")
                .constraints(Constraints.builder().cpuReach().build())
                .access(Access.READ));
    List<Frame> frames = new ArrayList<>();
    for (SharedBuffer buffer : broker.exportSet("frame", rig.image(), BUFFERS)) {
      frames.add(new Frame(frames.size(), buffer, camera, viewer));
    }
    Pipeline pipeline = new Pipeline(rig.camera(), rig.display(), frames);
    pipeline.start();
    long start = System.nanoTime();
    watch(pipeline, start, options.seconds() / 2.0);
    String from = frames.get(0).buffer().heapName().orElse("none");
    if (!pipeline.isStopping()) {
      showNeed(frames.get(0));
      attachDisplay(frames);
      pipeline.startDisplay();
    }
    watch(pipeline, start, options.seconds());
    pipeline.stop();
    return report(pipeline, frames, from);
  }

  /** Prints a line a second until that time has come. */
  private void watch(Pipeline pipeline, long startNanos, double untilSeconds) {
    long until = startNanos + (long) (untilSeconds * 1e9);
    long nextLine = System.nanoTime() + 1_000_000_000L;
    while (!pipeline.isStopping() && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(Math.min(until - System.nanoTime(), 20_000_000L));
      if (System.nanoTime() - nextLine >= 0) {
        nextLine += 1_000_000_000L;
        timeline.say(
            "%d frames captured, %d viewed, %d displayed, %d dropped, %d corrupt; %s",
            pipeline.captured(),
            pipeline.viewed(),
            pipeline.displayed(),
            pipeline.dropped(),
            pipeline.corrupt(),
            residence());
      }
    }
  }

  private String residence() {
    return broker.snapshot().buffers().stream()
        .sorted((a, b) -> a.name().compareTo(b.name()))
        .map(buffer -> buffer.name() + " in " + buffer.heap().orElse("no heap"))
        .collect(Collectors.joining(", "));
  }

  /** Offers the display a frame where it lies now. */
  private void showNeed(Frame frame) {
    Mapping mapping = frame.viewer().map(Access.READ);
    String heap = mapping.heapName();
    Optional<String> refusal = rig.display().refusal(frame.index(), mapping);
    timeline.say(
        "without a move: %s in %s, offered to the display as it is: %s",
        frame, heap, refusal.orElse("accepted, the memory happens to suit"));
  }

  private void attachDisplay(List<Frame> frames) {
    Device display =
        broker.register(
            DeviceSpec.named("display")
                .constraints(rig.display().constraints())
                .access(Access.READ));
    timeline.say("the display attaches: %s", display.constraints());
    for (Frame frame : frames) {
      CompletableFuture<Void> unused =
          frame
              .attachDisplay(display)
              .thenRun(() -> timeline.say("%s has reached the display", frame));
    }
  }

  private boolean report(Pipeline pipeline, List<Frame> frames, String from) {
    List<BufferMove> moves = timeline.moves();
    pipeline
        .failure()
        .ifPresent(
            failure -> {
              timeline.say("a stage failed: %s", failure);
              failure.printStackTrace();
            });
    if (moves.size() < BUFFERS || pipeline.displayed() == 0) {
      timeline.say(
          "%d of %d buffers moved and %d frames were displayed, which is too few; run it longer",
          moves.size(), BUFFERS, pipeline.displayed());
    }
    String to =
        frames.stream()
            .map(Frame::buffer)
            .map(SharedBuffer::heapName)
            .map(heap -> heap.orElse("none"))
            .distinct()
            .collect(Collectors.joining("+"));
    long[] stalls = timeline.stallMicros();
    if (pipeline.skipped() > 0) {
      timeline.say(
          "the camera's own clock skipped %d numbers while it had a buffer: its machine was late",
          pipeline.skipped());
    }
    System.out.printf(
        Locale.ROOT,
        "result: frames=%d dropped=%d corrupt=%d moves=%d stall_p50_us=%d stall_p99_us=%d"
            + " stall_max_us=%d from=%s to=%s devices=%s%n",
        pipeline.captured(),
        pipeline.dropped(),
        pipeline.corrupt(),
        moves.size(),
        Timeline.percentile(stalls, 0.5),
        Timeline.percentile(stalls, 0.99),
        Timeline.percentile(stalls, 1),
        from,
        to,
        rig.kind());
    return pipeline.failure().isEmpty()
        && pipeline.captured() > 0
        && pipeline.displayed() > 0
        && pipeline.dropped() == 0
        && pipeline.corrupt() == 0
        && moves.size() == BUFFERS;
  }
}
