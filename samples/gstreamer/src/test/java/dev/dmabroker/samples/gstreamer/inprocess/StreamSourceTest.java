package dev.dmabroker.samples.gstreamer.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Frame;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.samples.common.Books;
import dev.dmabroker.samples.gstreamer.Fixture;
import dev.dmabroker.samples.gstreamer.GStreamer;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.testing.Await;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.FlowReturn;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.Sample;
import org.freedesktop.gstreamer.elements.AppSink;
import org.freedesktop.gstreamer.glib.Natives;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class StreamSourceTest {
  private final Fixture fixture = new Fixture();

  @BeforeEach
  void needsGstreamer() {
    GStreamer.needs("appsrc", "appsink", "videoconvert", "videobalance");
  }

  @AfterEach
  void nothingIsLeft() throws InterruptedException {
    fixture.close();
    assertEquals(0, LentMemory.count());
  }

  private static AppSink sink(Pipeline pipeline) {
    return (AppSink) pipeline.getElementByName("sink");
  }

  /** An element that is gone gives back what it had once the last message of its bus is gone. */
  private void awaitFramesBack() {
    Await.until("all frames are back", () -> Books.mappings(fixture.broker()) == 0);
  }

  /** Takes the next sample, which has to be a grey picture of that number. */
  private void see(int number, AppSink sink) {
    Sample sample = sink.pullSample();
    Buffer buffer = sample.getBuffer();
    fixture.check(number, buffer.map(false), 0, fixture.width());
    assertEquals(FrameRate.of(30).nanos(number), buffer.getPresentationTimestamp());
    buffer.unmap();
    buffer.dispose();
    sample.dispose();
  }

  @Test
  void theFarEndSeesTheFramesInTheirOrder() throws Exception {
    Pipeline pipeline =
        GStreamer.pipeline(
            "appsrc name=src format=time ! videoconvert ! video/x-raw,format=GRAY8 ! appsink"
                + " name=sink sync=false");
    pipeline.play();
    try (StreamSource source = fixture.source(pipeline, 4)) {
      for (int i = 0; i < 20; i++) {
        fixture.submit(i);
        see(i, sink(pipeline));
      }
      fixture.stream().stop();
      assertEquals(FlowReturn.OK, source.ended().get(30, TimeUnit.SECONDS));
      Fixture.awaitPushed(source, 20);
    }
    GStreamer.end(pipeline);
  }

  /** The display needs other memory and other strides. */
  @Test
  void theFarEndSeesFramesThatHaveMoved() {
    Pipeline pipeline =
        GStreamer.pipeline(
            "appsrc name=src format=time ! videoconvert ! video/x-raw,format=GRAY8 ! appsink"
                + " name=sink sync=false");
    pipeline.play();
    try (StreamSource source = fixture.source(pipeline, 4)) {
      for (int i = 0; i < 8; i++) {
        fixture.submit(i);
        see(i, sink(pipeline));
      }
      Device display =
          fixture
              .broker()
              .register(
                  "display",
                  Constraints.builder().contiguous().addressBits(32).strideAlignment(64).build());
      try (StreamConsumer shown = fixture.stream().consumer(display, Policy.LATEST)) {
        for (int i = 8; i < 40; i++) {
          fixture.submit(i);
          see(i, sink(pipeline));
          try (Frame frame = shown.take()) {
            assertEquals(192, frame.mapping().layout().planes().get(0).strideBytes());
            fixture.check(frame);
          }
        }
      }
      assertEquals("video/x-raw, format=NV12, width=160, height=96, framerate=30/1", plain(source));
    }
    GStreamer.end(pipeline);
  }

  /** Without what tells that the memory is a dma-buf, where it is one. */
  private static String plain(StreamSource source) {
    return source.caps().replace("(memory:DMABuf)", "");
  }

  @Test
  void aSinkThatKeepsItsLastSampleKeepsItsFrame() throws Exception {
    Pipeline pipeline = GStreamer.pipeline("appsrc name=src format=time ! fakesink sync=false");
    pipeline.play();
    try (StreamSource source = fixture.source(pipeline, 2)) {
      for (int i = 0; i < 10; i++) {
        fixture.submit(i);
      }
      Await.until("all were pushed", () -> source.pushed() == 10);
      Await.until("the last one is out", () -> Books.mappings(fixture.broker()) == 1);
      assertThrows(OutstandingMappingsException.class, () -> fixture.stream().stop(Duration.ZERO));
      assertEquals(FlowReturn.OK, source.ended().get(30, TimeUnit.SECONDS));
    }
    assertEquals(1, Books.mappings(fixture.broker()));
    assertEquals(1, LentMemory.count(), "what GStreamer uses stays");
    GStreamer.end(pipeline);
    awaitFramesBack();
  }

  @Test
  void aPipelineStopsAndStartsAHundredTimes() throws Exception {
    Pipeline pipeline =
        GStreamer.pipeline(
            "appsrc name=src format=time ! tee name=both"
                + " both. ! queue ! videoconvert ! video/x-raw,format=GRAY8 ! appsink name=sink"
                + " sync=false async=false"
                + " both. ! queue ! fakesink sync=false async=false");
    for (int run = 0; run < 100; run++) {
      pipeline.play();
      try (StreamSource source = fixture.source(pipeline, 3)) {
        for (int i = 0; i < 3; i++) {
          fixture.submit(i);
        }
        see(0, sink(pipeline)); // Others are on their way when the pipeline stops.
        if (run % 2 == 0) {
          pipeline.stop();
        }
      }
      pipeline.stop();
      pipeline.getState();
      fixture.drain();
      awaitFramesBack();
      assertEquals(0, LentMemory.count(), "run " + run);
    }
    GStreamer.end(pipeline);
  }

  @Test
  void aPipelineThatDoesNotTakeTheFramesIsNamed() {
    Pipeline pipeline =
        GStreamer.pipeline(
            "appsrc name=src format=time ! video/x-raw,format=RGB ! fakesink name=sink");
    pipeline.play();
    try (StreamSource source = fixture.source(pipeline, 2)) {
      fixture.submit(0);
      ExecutionException e =
          assertThrows(ExecutionException.class, () -> source.ended().get(30, TimeUnit.SECONDS));
      CapsMismatchException why = assertInstanceOf(CapsMismatchException.class, e.getCause());
      assertTrue(why.taken().contains("RGB"), why.taken());
      assertTrue(
          why.offered().stream().allMatch(each -> each.contains("NV12")), why.offered().toString());
      assertTrue(why.toString().contains("videoconvert"), why.toString());
      assertTrue(why.toString().contains("what follows src takes "), why.toString());
    }
    awaitFramesBack();
    GStreamer.end(pipeline);
  }

  @Test
  void aPipelineThatWasStoppedGivesTheFrameBack() throws Exception {
    Pipeline pipeline = GStreamer.pipeline("appsrc name=src format=time ! fakesink");
    pipeline.pause();
    pipeline.stop();
    pipeline.getState();
    try (StreamSource source = fixture.source(pipeline, 2)) {
      fixture.submit(0);
      assertEquals(FlowReturn.FLUSHING, source.ended().get(30, TimeUnit.SECONDS));
      assertEquals(0, source.pushed());
      awaitFramesBack();
    }
    GStreamer.end(pipeline);
  }

  @Test
  void anAppsrcThatCountsInBytesIsRefused() {
    Pipeline pipeline = GStreamer.pipeline("appsrc name=src ! fakesink");
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> fixture.source(pipeline, 2));
    assertTrue(e.toString().contains("format=time"), e.toString());
    GStreamer.end(pipeline);
  }

  @Test
  void framesWaitForAPipelineThatHasNotRun() {
    Pipeline pipeline =
        GStreamer.pipeline(
            "appsrc name=src format=time ! videoconvert ! video/x-raw,format=GRAY8 ! appsink"
                + " name=sink sync=false");
    try (StreamSource source = fixture.source(pipeline, 2)) {
      fixture.submit(0);
      fixture.submit(1);
      Await.until("both wait", () -> source.pushed() == 2);
      pipeline.play();
      see(0, sink(pipeline));
      see(1, sink(pipeline));
    }
    GStreamer.end(pipeline);
  }

  /** What is not in gst1-java-core, for elements that do so. */
  interface Core extends Library {
    /** {@return a part of a buffer, which shares its memory} */
    Pointer gst_buffer_copy_region(Pointer buffer, int flags, long offset, long size);

    /** Gives a reference back. */
    void gst_mini_object_unref(Pointer object);
  }

  @Test
  void aPartThatOutlivesTheBufferKeepsTheFrame() {
    Core core = Native.load("libgstreamer-1.0.so.0", Core.class);
    Pipeline pipeline =
        GStreamer.pipeline(
            "appsrc name=src format=time ! appsink name=sink sync=false enable-last-sample=false");
    pipeline.play();
    try (StreamSource source = fixture.source(pipeline, 2)) {
      fixture.submit(0);
      AppSink sink = sink(pipeline);
      Sample sample = sink.pullSample();
      Buffer buffer = sample.getBuffer();
      Pointer part =
          core.gst_buffer_copy_region(
              Natives.getRawPointer(buffer), /* GST_BUFFER_COPY_MEMORY */ 1 << 3, 160, 320);
      Pointer smaller = core.gst_buffer_copy_region(part, 1 << 3, 160, 100);
      buffer.dispose();
      sample.dispose();
      core.gst_mini_object_unref(part);
      Fixture.awaitPushed(source, 1);
      // An appsink keeps the last sample that was pulled for as long as it lives.
      sink.dispose();
      GStreamer.end(pipeline);
      assertEquals(1, Books.mappings(fixture.broker()), "a part of a part is in use");
      core.gst_mini_object_unref(smaller);
      awaitFramesBack();
    }
  }

  /** Makes pictures brighter in place where it may. */
  @Test
  void anElementThatWritesWritesToACopy() {
    Device viewer = fixture.broker().register("viewer", Constraints.builder().cpuReach().build());
    Pipeline pipeline =
        GStreamer.pipeline(
            "appsrc name=src format=time ! videobalance brightness=0.4 ! appsink name=sink"
                + " sync=false");
    pipeline.play();
    try (StreamConsumer viewed = fixture.stream().consumer(viewer, Policy.EVERY_FRAME);
        StreamSource source = fixture.source(pipeline, 2)) {
      fixture.submit(0);
      Sample sample = sink(pipeline).pullSample();
      Buffer buffer = sample.getBuffer();
      int grey = buffer.map(false).get(40 * fixture.width()) & 0xff;
      buffer.unmap();
      buffer.dispose();
      sample.dispose();
      try (Frame frame = viewed.take();
          CpuView view = frame.mapping().cpuView()) {
        fixture.check(frame);
        Layout.Plane luma = frame.mapping().layout().planes().get(0);
        int before = view.bytes().get((int) (40 * luma.strideBytes())) & 0xff;
        assertTrue(grey > before + 50, grey + " was " + before);
      }
      Fixture.awaitPushed(source, 1);
    }
    GStreamer.end(pipeline);
  }
}
