package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.samples.gstreamer.inprocess.FrameRate;
import dev.dmabroker.samples.gstreamer.inprocess.StreamSource;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * Records a camera's frames by GStreamer. Halfway a display attaches, which takes contiguous memory
 * and lines of whole 64 bytes only, so that the frames move while GStreamer runs.
 */
final class Recording {
  /** How many frames GStreamer holds at a time, in each process. */
  static final int HELD = 4;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Broker broker;
  private final Picture picture;
  private final Options options;
  private final WayBack way;
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

  Recording(Broker broker, Picture picture, Options options, WayBack way) {
    this.way = way;
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
          WayBack its = way) {
        Returned returned = Returned.start(its.open(stream, pipeline), picture, options.frames);
        Viewer viewer = new Viewer();
        long start = System.nanoTime();
        for (int i = 0; i < options.frames; i++) {
          if (i == options.frames / 2) {
            viewer.attach(stream);
          }
          LockSupport.parkNanos(start + rate.nanos(i) - System.nanoTime());
          submit(stream.acquire(), i);
        }
        returned.awaitFrames(PATIENCE);
        stop(stream);
        viewer.awaitEnd();
        source.ended().join();
        pipeline.awaitEnd(PATIENCE);
        returned.awaitEnd();
        long moves =
            broker.snapshot().buffers().stream().mapToLong(each -> each.moves().done()).sum();
        return new Outcome(
            source.pushed(),
            viewer.displayed,
            viewer.corrupt,
            returned.count(),
            returned.wrong(),
            moves,
            heaps,
            source.caps());
      }
    }
  }

  /** All frames have come back, so that none waits for GStreamer any more, which may keep one. */
  private void stop(BufferStream stream) {
    try {
      stream.stop(way.keepsTheLast() ? Duration.ZERO : PATIENCE);
    } catch (OutstandingMappingsException e) {
      if (!way.keepsTheLast()) {
        throw e;
      }
    }
  }

  /** So few buffers that a slow encoder slows the camera down. */
  private StreamSpec spec(Device camera) {
    return StreamSpec.builder("camera", picture.spec(), camera).maxBuffers(3 * HELD).build();
  }

  private String description(Path file) {
    return "appsrc name=camera format=time%s ! %s ! matroskamux ! filesink location=\"%s\""
        .formatted(way.branch(), options.encoder.coding(), file);
  }

  private void submit(EmptyFrame frame, int number) {
    heaps.add(frame.mapping().heapName());
    try (CpuView view = frame.mapping().cpuView()) {
      picture.draw(view, frame.mapping().layout(), number);
    }
    frame.submit();
  }

  /** The display, with a thread that sees each frame that it gets. */
  private final class Viewer {
    private CompletableFuture<Void> ended = CompletableFuture.completedFuture(null);
    private long displayed;
    private long corrupt;

    void attach(BufferStream stream) {
      Device display =
          broker.register(
              "display",
              Constraints.builder()
                  .cpuReach()
                  .contiguous()
                  .addressBits(32)
                  .strideAlignment(64)
                  .build());
      StreamConsumer consumer = stream.consumer(display, Policy.LATEST);
      System.out.println("the display attaches, for contiguous memory and strides of 64 bytes");
      ended = CompletableFuture.runAsync(() -> show(consumer));
    }

    private void show(StreamConsumer consumer) {
      try (consumer) {
        while (true) {
          try (Frame frame = consumer.take(PATIENCE);
              CpuView view = frame.mapping().cpuView()) {
            Layout.Plane luma = frame.mapping().layout().planes().get(0);
            double decibels =
                picture.decibels(
                    view.bytes(), luma.offsetBytes(), luma.strideBytes(), (int) frame.sequence());
            corrupt += decibels == Double.POSITIVE_INFINITY ? 0 : 1;
            displayed++;
          }
        }
      } catch (StreamStoppedException e) {
        // The camera has ended.
      }
    }

    void awaitEnd() {
      ended.join();
    }
  }
}
