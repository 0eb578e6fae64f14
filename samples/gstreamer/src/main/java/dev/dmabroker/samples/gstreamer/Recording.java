package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.samples.gstreamer.inprocess.FrameRate;
import dev.dmabroker.samples.gstreamer.inprocess.StreamSource;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.PixelFormat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Records a camera's frames by GStreamer. Halfway a display attaches, which takes contiguous memory
 * and lines of whole 64 bytes only, so that the frames move while GStreamer runs.
 */
final class Recording {
  private static final int HELD = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Broker broker;
  private final Picture picture;
  private final Options options;
  private final Display display;
  private final Set<String> heaps = new LinkedHashSet<>();

  /**
   * What came of it.
   *
   * @param pushed frames that GStreamer took
   * @param displayed frames that the display saw
   * @param corrupt frames among these that were not what the camera had drawn
   * @param moves moves of buffers
   * @param heaps where the frames lay
   * @param caps what GStreamer was told
   */
  record Outcome(
      long pushed, long displayed, long corrupt, long moves, Set<String> heaps, String caps) {}

  Recording(Broker broker, Picture picture, Options options, Display display) {
    this.broker = broker;
    this.picture = picture;
    this.options = options;
    this.display = display;
  }

  Outcome run(Path file) throws InterruptedException {
    Device camera = broker.register("camera", Constraints.builder().cpuReach().build());
    Device gstreamer =
        broker.register("gstreamer", Constraints.builder().cpuReach().camping(HELD).build());
    try (BufferStream stream = broker.stream(spec(camera));
        StreamConsumer encoded = stream.consumer(gstreamer, Policy.EVERY_FRAME);
        RunningPipeline pipeline = new RunningPipeline(description(file))) {
      stream.start();
      FrameRate rate = FrameRate.of(options.rate);
      try (StreamSource source =
          StreamSource.start(encoded, pipeline.source("camera"), rate, HELD)) {
        long start = System.nanoTime();
        for (int i = 0; i < options.frames; i++) {
          if (i == options.frames / 2) {
            System.out.println("the display attaches, for " + display.needs());
            display.attach(stream);
          }
          LockSupport.parkNanos(start + rate.nanos(i) - System.nanoTime());
          submit(stream.acquire(PATIENCE), i);
        }
        stream.stop(PATIENCE);
        source.ended().join();
        pipeline.awaitEnd(PATIENCE);
        Display.Shown shown = display.end();
        long moves =
            broker.snapshot().buffers().stream().mapToLong(each -> each.moves().done()).sum();
        return new Outcome(
            source.pushed(), shown.frames(), shown.corrupt(), moves, heaps, source.caps());
      }
    }
  }

  /** So few buffers that a slow encoder slows the camera down, and enough for the display. */
  private StreamSpec spec(Device camera) {
    return StreamSpec.builder("camera", picture.spec(), camera).maxBuffers(3 * HELD).build();
  }

  private String description(Path file) {
    return "appsrc name=camera format=time ! %s%s ! matroskamux ! filesink location=\"%s\""
        .formatted(
            picture.format() == PixelFormat.NV12 ? "" : "videoconvert ! ",
            options.encoder.coding(),
            file);
  }

  private void submit(EmptyFrame frame, int number) {
    heaps.add(frame.mapping().heapName());
    try (CpuView view = frame.mapping().cpuView()) {
      picture.draw(view, frame.mapping().layout(), number);
    }
    frame.submit();
  }
}
