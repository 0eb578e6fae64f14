package dev.dmabroker.samples.gstreamer.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.gstreamer.BufferRefusedException;
import dev.dmabroker.gstreamer.PipelineConsumer;
import dev.dmabroker.gstreamer.PipelineFrame;
import dev.dmabroker.samples.common.Books;
import dev.dmabroker.samples.common.StandIns;
import dev.dmabroker.samples.gstreamer.Fixture;
import dev.dmabroker.samples.gstreamer.GStreamer;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.Caps;
import org.freedesktop.gstreamer.FlowReturn;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.elements.AppSink;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.freedesktop.gstreamer.glib.Natives;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames of a stream go through GStreamer, and come back into a broker of another part. */
@Timeout(240)
class AppSinkFramesTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String THROUGH =
      "appsrc name=src format=time ! appsink name=sink sync=false";

  private final Fixture fixture = new Fixture();
  private final Broker broker = StandIns.broker().build();
  private final Device cpu = broker.register("cpu", Constraints.builder().cpuOnly().build());

  @BeforeEach
  void needsGstreamer() {
    GStreamer.needs("appsrc", "appsink", "videotestsrc", "tee", "queue");
  }

  @AfterEach
  void nothingIsLeft() throws InterruptedException {
    Await.until("nothing is adopted", () -> broker.snapshot().buffers().isEmpty());
    broker.close();
    fixture.close();
    assertEquals(0, LentMemory.count());
  }

  private static AppSink sink(Pipeline pipeline) {
    return (AppSink) pipeline.getElementByName("sink");
  }

  private AppSinkFrames frames(Pipeline pipeline) {
    return AppSinkFrames.start(broker, sink(pipeline));
  }

  /** An appsink keeps what was pulled last for as long as it lives. */
  private static void end(Pipeline pipeline) {
    sink(pipeline).dispose();
    GStreamer.end(pipeline);
  }

  private PipelineFrame next(int number, PipelineConsumer consumer) throws InterruptedException {
    PipelineFrame frame = consumer.take(LONG).orElseThrow();
    assertEquals(
        Optional.of(Duration.ofNanos(FrameRate.of(30).nanos(number))), frame.presentationTime());
    fixture.check(number, frame.mapping());
    return frame;
  }

  @Test
  void framesComeBackInTheirOrderWhereTheyLie() throws Exception {
    Pipeline pipeline = GStreamer.pipeline(THROUGH);
    pipeline.play();
    try (StreamSource source = fixture.source(pipeline, 4);
        AppSinkFrames frames = frames(pipeline);
        PipelineConsumer consumer = frames.consumer(cpu, Policy.EVERY_FRAME)) {
      Set<Integer> most = new HashSet<>();
      for (int i = 0; i < 20; i++) {
        fixture.submit(i);
        next(i, consumer).close();
        most.add(broker.snapshot().buffers().size());
      }
      int pool = fixture.broker().snapshot().buffers().size();
      assertTrue(most.stream().allMatch(each -> each <= pool), most + " of a pool of " + pool);
      // The appsink keeps the last.
      assertThrows(OutstandingMappingsException.class, () -> fixture.stream().stop(Duration.ZERO));
      assertEquals(FlowReturn.OK, source.ended().get(30, TimeUnit.SECONDS));
      frames.ended().get(30, TimeUnit.SECONDS);
      assertEquals(Optional.empty(), consumer.take(LONG));
    }
    end(pipeline);
  }

  @Test
  void framesThatHaveMovedComeBack() throws Exception {
    Pipeline pipeline = GStreamer.pipeline(THROUGH);
    pipeline.play();
    try (StreamSource source = fixture.source(pipeline, 4);
        AppSinkFrames frames = frames(pipeline);
        PipelineConsumer consumer = frames.consumer(cpu, Policy.EVERY_FRAME)) {
      for (int i = 0; i < 8; i++) {
        fixture.submit(i);
        try (PipelineFrame frame = next(i, consumer)) {
          assertEquals(160, frame.mapping().layout().planes().get(0).strideBytes());
        }
      }
      Device display =
          fixture
              .broker()
              .register(
                  "display",
                  Constraints.builder().contiguous().addressBits(32).strideAlignment(64).build());
      try (StreamConsumer shown = fixture.stream().consumer(display, Policy.LATEST)) {
        int moved = 0;
        for (int i = 8; i < 40; i++) {
          fixture.submit(i);
          try (PipelineFrame frame = next(i, consumer)) {
            moved += frame.mapping().layout().planes().get(0).strideBytes() == 192 ? 1 : 0;
          }
          shown.take().close();
        }
        assertTrue(moved > 20, moved + " lay in the place of the display");
      }
      assertFalse(source.ended().isDone());
    }
    end(pipeline);
  }

  @Test
  void theAppsinkKeepsTheBufferThatWasPulledLast() throws Exception {
    Pipeline pipeline = GStreamer.pipeline(THROUGH);
    pipeline.play();
    try (StreamSource source = fixture.source(pipeline, 4);
        AppSinkFrames frames = frames(pipeline);
        PipelineConsumer consumer = frames.consumer(cpu, Policy.EVERY_FRAME)) {
      for (int i = 0; i < 3; i++) {
        fixture.submit(i);
        next(i, consumer).close();
      }
      Await.until("the last alone is out", () -> Books.mappings(fixture.broker()) == 1);
      Fixture.awaitPushed(source, 3);
    }
    assertEquals(1, Books.mappings(fixture.broker()));
    end(pipeline);
    awaitFramesBack();
  }

  private void awaitFramesBack() {
    Await.until("all frames are back", () -> Books.mappings(fixture.broker()) == 0);
  }

  @Test
  void aHeldFrameStaysWhenThePipelineAndAllElseIsGone() throws Exception {
    Pipeline pipeline = GStreamer.pipeline(THROUGH);
    pipeline.play();
    PipelineFrame held;
    PipelineFrame other;
    try (StreamSource source = fixture.source(pipeline, 4);
        AppSinkFrames frames = frames(pipeline)) {
      PipelineConsumer consumer = frames.consumer(cpu, Policy.EVERY_FRAME);
      PipelineConsumer beside =
          frames.consumer(
              broker.register("beside", Constraints.builder().cpuOnly().build()),
              Policy.EVERY_FRAME);
      fixture.submit(0);
      held = next(0, consumer);
      other = next(0, beside);
      fixture.submit(1);
      Await.until("the second waits, too", () -> source.pushed() == 2);
      consumer.close();
      pipeline.stop();
      frames.ended().get(30, TimeUnit.SECONDS);
    }
    end(pipeline);
    Await.until("the second is back", () -> Books.mappings(fixture.broker()) == 1);
    other.close();
    assertEquals(1, Books.mappings(fixture.broker()));
    fixture.stream().close();
    fixture.check(0, held.mapping());
    held.close();
    held.close();
    awaitFramesBack();
  }

  @Test
  void aHeldFrameGoesBackAfterItsBrokerWasClosed() throws Exception {
    Pipeline pipeline = GStreamer.pipeline(THROUGH);
    pipeline.play();
    try (StreamSource source = fixture.source(pipeline, 4)) {
      Broker second = StandIns.broker().build();
      Device reader = second.register("cpu", Constraints.builder().cpuOnly().build());
      AppSinkFrames frames = AppSinkFrames.start(second, sink(pipeline));
      PipelineConsumer consumer = frames.consumer(reader, Policy.EVERY_FRAME);
      fixture.submit(0);
      PipelineFrame held = next(0, consumer);
      assertThrows(OutstandingMappingsException.class, second::close);
      fixture.check(0, held.mapping());
      frames.close();
      held.close();
      Fixture.awaitPushed(source, 1);
    }
    end(pipeline);
    awaitFramesBack();
  }

  @Test
  void aPipelineStopsAndStartsAHundredTimesWhileFramesAreOut() throws Exception {
    Pipeline pipeline =
        GStreamer.pipeline(
            "appsrc name=src format=time ! tee name=both"
                + " both. ! queue ! appsink name=sink sync=false async=false"
                + " both. ! queue ! fakesink sync=false async=false");
    for (int run = 0; run < 100; run++) {
      pipeline.play();
      PipelineFrame held;
      try (StreamSource source = fixture.source(pipeline, 3);
          AppSinkFrames frames = frames(pipeline)) {
        PipelineConsumer consumer = frames.consumer(cpu, Policy.EVERY_FRAME);
        for (int i = 0; i < 3; i++) {
          fixture.submit(i);
        }
        held = next(0, consumer);
        if (run % 2 == 0) {
          pipeline.stop();
          frames.ended().get(30, TimeUnit.SECONDS);
        } else {
          consumer.close();
        }
        assertFalse(source.caps().isEmpty());
      }
      pipeline.stop();
      pipeline.getState();
      fixture.check(0, held.mapping());
      held.close();
      fixture.drain();
      assertEquals(0, broker.snapshot().buffers().size(), "run " + run);
      int kept = run; // The appsink's last.
      Await.until("run " + kept, () -> Books.mappings(fixture.broker()) <= 1);
    }
    end(pipeline);
    awaitFramesBack();
  }

  private static Throwable refusal(AppSinkFrames frames) {
    return Objects.requireNonNull(
        assertThrows(ExecutionException.class, () -> frames.ended().get(30, TimeUnit.SECONDS))
            .getCause());
  }

  @Test
  void systemMemoryIsRefusedWithWhatHelps() throws Exception {
    Pipeline pipeline =
        GStreamer.pipeline(
            "videotestsrc ! video/x-raw,format=NV12,width=64,height=64 ! appsink name=sink");
    pipeline.play();
    try (AppSinkFrames frames = frames(pipeline);
        PipelineConsumer consumer = frames.consumer(cpu, Policy.LATEST)) {
      String why = assertInstanceOf(NoDescriptorException.class, refusal(frames)).toString();
      assertTrue(why.contains("a buffer of sink has memory without a descriptor"), why);
      assertTrue(why.contains("io-mode=dmabuf"), why);
      assertTrue(why.contains("format=(string)NV12"), why);
      assertEquals(Optional.empty(), consumer.take(LONG));
      assertTrue(consumer.isEnded());
    }
    end(pipeline);
  }

  @Test
  void theFramesOfABrokersOwnStreamAreRefusedWithWhatHelps() throws Exception {
    Pipeline pipeline = GStreamer.pipeline(THROUGH);
    pipeline.play();
    Device reader = fixture.broker().register("reader", Constraints.builder().cpuOnly().build());
    try (StreamSource source = fixture.source(pipeline, 4);
        AppSinkFrames frames = AppSinkFrames.start(fixture.broker(), sink(pipeline));
        PipelineConsumer consumer = frames.consumer(reader, Policy.LATEST)) {
      fixture.submit(0);
      String why = assertInstanceOf(BufferRefusedException.class, refusal(frames)).toString();
      assertTrue(why.contains("be adopted by another broker"), why);
      assertTrue(consumer.isEnded());
      Fixture.awaitPushed(source, 1);
    }
    end(pipeline);
    awaitFramesBack();
  }

  /** What these tests need of the C library to make memory that no program should read. */
  interface C extends Library {
    /** {@return a descriptor of new memory} */
    int memfd_create(String name, int flags);

    /** Gives a file its size. {@return 0} */
    int ftruncate(int fd, long size);
  }

  /** A memory that may be cut short at any time: it has no seal. */
  private static Pointer unsealed() {
    C c = Native.load("c", C.class);
    int fd = c.memfd_create("unsealed", 1);
    assertEquals(0, c.ftruncate(fd, 8192));
    Pointer allocator = GstNative.allocators().gst_fd_allocator_new();
    Pointer memory = GstNative.allocators().gst_fd_allocator_alloc(allocator, fd, 8192, 0);
    GObjects.unref(allocator);
    return Objects.requireNonNull(memory);
  }

  /** What an appsink says of a buffer of so many memories, each without a seal. */
  private Throwable refusalOf(int memories) throws Exception {
    Pipeline pipeline = GStreamer.pipeline(THROUGH);
    AppSrc source = (AppSrc) pipeline.getElementByName("src");
    source.setCaps(Caps.fromString("video/x-raw,format=NV12,width=64,height=64,framerate=1/1"));
    pipeline.play();
    try (AppSinkFrames frames = frames(pipeline);
        PipelineConsumer consumer = frames.consumer(cpu, Policy.LATEST)) {
      Buffer buffer = new Buffer();
      for (int i = 0; i < memories; i++) {
        GstNative.core().gst_buffer_append_memory(Natives.getRawPointer(buffer), unsealed());
      }
      assertEquals(FlowReturn.OK, source.pushBuffer(buffer));
      Throwable why = refusal(frames);
      assertTrue(consumer.isEnded());
      return why;
    } finally {
      source.dispose();
      end(pipeline);
    }
  }

  @Test
  void aMemfdThatMayBeCutShortIsRefused() throws Exception {
    String why = assertInstanceOf(BufferRefusedException.class, refusalOf(1)).toString();
    assertTrue(why.contains("F_SEAL_SHRINK"), why);
  }

  @Test
  void aBufferOfSeveralMemoriesIsRefused() throws Exception {
    String why = assertInstanceOf(NoDescriptorException.class, refusalOf(2)).toString();
    assertTrue(why.contains("has 2 memories"), why);
  }

  @Test
  void aSinkThatDoesNotRunIsRefused() {
    Pipeline pipeline = GStreamer.pipeline(THROUGH);
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> frames(pipeline));
    assertTrue(e.toString().contains("play its pipeline"), e.toString());
    end(pipeline);
  }

  @Test
  void aSlowConsumerOfEveryFrameMissesNone() throws Exception {
    Pipeline pipeline = GStreamer.pipeline(THROUGH);
    pipeline.play();
    try (StreamSource source = fixture.source(pipeline, 3);
        AppSinkFrames frames = frames(pipeline);
        PipelineConsumer consumer = frames.consumer(cpu, Policy.EVERY_FRAME)) {
      fixture.submit(0);
      fixture.submit(1);
      fixture.submit(2);
      Await.until("GStreamer has as many as it may", () -> source.pushed() == 3);
      for (int i = 0; i < 30; i++) {
        next(i, consumer).close();
        fixture.submit(i + 3);
      }
    }
    end(pipeline);
  }
}
