package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.samples.gstreamer.inprocess.FrameRate;
import dev.dmabroker.samples.gstreamer.inprocess.StreamSource;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.PixelFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Records a camera's frames by GStreamer. Halfway a display attaches, which takes some memory only,
 * so that the frames move while GStreamer runs.
 */
final class Recording {
  /** How many frames GStreamer holds at a time, in each process. */
  static final int HELD = 4;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Broker broker;
  private final Picture picture;
  private final Options options;
  private final WayBack way;
  private final Display display;
  private final Set<String> heaps = new LinkedHashSet<>();

  /**
   * What came of it.
   *
   * @param pushed frames that GStreamer took
   * @param displayed frames that the display saw
   * @param corrupt frames among these that were not what the camera had drawn
   * @param back frames that came back
   * @param wrong frames among these that were not, in their place, what the camera had drawn
   * @param moves moves of buffers
   * @param heaps where the frames lay
   * @param caps what GStreamer was told
   */
  record Outcome(
      long pushed,
      long displayed,
      long corrupt,
      long back,
      long wrong,
      long moves,
      Set<String> heaps,
      String caps) {}

  Recording(Broker broker, Picture picture, Options options, WayBack way, Display display) {
    this.way = way;
    this.display = display;
    this.broker = broker;
    this.picture = picture;
    this.options = options;
  }

  Outcome run(Path file) throws InterruptedException, IOException {
    Device camera = broker.register("camera", Constraints.builder().cpuReach().build());
    Device gstreamer =
        broker.register("gstreamer", Constraints.builder().cpuReach().camping(HELD).build());
    try (BufferStream stream = broker.stream(spec(camera));
        StreamConsumer encoded = stream.consumer(gstreamer, Policy.EVERY_FRAME);
        RunningPipeline pipeline = new RunningPipeline(description(file))) {
      stream.start();
      FrameRate rate = FrameRate.of(options.rate);
      try (StreamSource source =
              StreamSource.start(encoded, pipeline.source("camera"), rate, HELD);
          WayBack its = way;
          Display joins = display) {
        Returned returned = Returned.start(its.open(stream, pipeline), picture, options.frames);
        long start = System.nanoTime();
        for (int i = 0; i < options.frames; i++) {
          if (i == options.frames / 2) {
            System.out.println("the display attaches, for " + joins.needs());
            joins.attach(stream);
          }
          LockSupport.parkNanos(start + rate.nanos(i) - System.nanoTime());
          submit(stream.acquire(PATIENCE), i);
        }
        returned.awaitFrames(PATIENCE);
        stop(stream);
        Display.Shown shown = joins.end();
        source.ended().join();
        pipeline.awaitEnd(PATIENCE);
        returned.awaitEnd();
        long moves =
            broker.snapshot().buffers().stream().mapToLong(each -> each.moves().done()).sum();
        return new Outcome(
            source.pushed(),
            shown.frames(),
            shown.corrupt(),
            returned.count(),
            returned.wrong(),
            moves,
            heaps,
            source.caps());
      }
    }
  }

  /** All frames have come back, so that none waits for GStreamer any more, which may keep some. */
  private void stop(BufferStream stream) {
    boolean someStay = way.keepsTheLast() || display.keepsTheLast();
    try {
      stream.stop(someStay ? Duration.ZERO : PATIENCE);
    } catch (OutstandingMappingsException e) {
      if (!someStay) {
        throw e;
      }
    }
  }

  /** So few buffers that a slow encoder slows the camera down. */
  private StreamSpec spec(Device camera) {
    return StreamSpec.builder("camera", picture.spec(), camera).maxBuffers(4 * HELD).build();
  }

  private String description(Path file) {
    return "appsrc name=camera format=time%s ! %s%s ! matroskamux ! filesink location=\"%s\""
        .formatted(
            way.branch(),
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
