package dev.dmabroker.samples.lateattach;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.samples.common.StandIns;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** The job itself: frames go round between camera and viewer, and halfway the display attaches. */
final class Session {
  static final int BUFFERS = 4;

  private final Options options;
  private final Rig rig;
  private final Broker broker;
  private final Timeline timeline;
  private final Chronicle chronicle;

  Session(Options options, Rig rig, Broker broker, Timeline timeline, Chronicle chronicle) {
    this.options = options;
    this.rig = rig;
    this.broker = broker;
    this.timeline = timeline;
    this.chronicle = chronicle;
  }

  /** Runs it and reports; returns whether nothing was lost and every buffer moved. */
  boolean run() throws InterruptedException {
    introduce();
    List<Frame> frames = frames();
    Pipeline pipeline = new Pipeline(rig.camera(), rig.display(), frames, chronicle);
    pipeline.start();
    long start = System.nanoTime();
    watch(pipeline, start, options.seconds / 2.0);
    String from = frames.get(0).buffer().heapName().orElse("none");
    if (!pipeline.isStopping()) {
      showNeed(frames.get(0));
      attachDisplay(frames);
      pipeline.startDisplay();
    }
    watch(pipeline, start, options.seconds);
    pipeline.stop();
    Report report = new Report(pipeline, timeline, frames);
    report.print(from, rig.kind());
    return report.isGood();
  }

  private void introduce() {
    StandIns.notice(broker).ifPresent(line -> timeline.say("%s", line));
    timeline.say("devices: %s", rig.description());
    timeline.say(
        "%s at %.0f frames a second, %d buffers of %,d bytes, for %d s",
        rig.image(), rig.rate(), BUFFERS, rig.image().layout().sizeBytes(), options.seconds);
    if (options.load > 0) {
      timeline.say(
          "%d of %d cores are kept busy by other processes",
          options.load, Runtime.getRuntime().availableProcessors());
    }
    timeline.say("warmed up with %d moves of scratch buffers", WarmUp.run(rig));
  }

  private List<Frame> frames() {
    Device camera =
        broker.register(
            DeviceSpec.builder("camera")
                .constraints(rig.camera().constraints())
                .access(Access.READ_WRITE)
                .build());
    Device viewer =
        broker.register(
            DeviceSpec.builder("viewer")
                .constraints(Constraints.builder().cpuOnly().build())
                .access(Access.READ)
                .build());
    List<Frame> frames = new ArrayList<>();
    for (SharedBuffer buffer : broker.exportSet("frame", rig.image(), BUFFERS)) {
      frames.add(new Frame(frames.size(), buffer, camera, viewer));
    }
    return frames;
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
            DeviceSpec.builder("display")
                .constraints(rig.display().constraints())
                .access(Access.READ)
                .build());
    timeline.say("the display attaches: %s", display.constraints());
    for (Frame frame : frames) {
      CompletableFuture<Void> unused =
          frame
              .attachDisplay(display)
              .thenRun(() -> timeline.say("%s has reached the display", frame));
    }
  }
}
