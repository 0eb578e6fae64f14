package dev.dmabroker.samples.gstreamer.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.samples.gstreamer.Fixture;
import dev.dmabroker.samples.gstreamer.GStreamer;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.FlowReturn;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.Sample;
import org.freedesktop.gstreamer.elements.AppSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class StreamSourceTest {
  private final Fixture fixture = new Fixture();

  @BeforeEach
  void needsGstreamer() {
    GStreamer.needs("appsrc", "appsink", "videoconvert");
  }

  @AfterEach
  void nothingIsLeft() throws InterruptedException {
    fixture.close();
  }

  @Test
  void theFarEndSeesTheFramesInTheirOrder() throws Exception {
    Pipeline pipeline =
        GStreamer.pipeline(
            "appsrc name=src ! videoconvert ! video/x-raw,format=GRAY8 ! appsink name=sink"
                + " sync=false");
    AppSink sink = (AppSink) pipeline.getElementByName("sink");
    pipeline.play();
    try (StreamSource source = fixture.source(pipeline, 4)) {
      for (int i = 0; i < 20; i++) {
        fixture.submit(i);
        Sample sample = sink.pullSample();
        Buffer buffer = sample.getBuffer();
        fixture.check(i, buffer.map(false), 0, fixture.width());
        assertEquals(FrameRate.of(30).nanos(i), buffer.getPresentationTimestamp());
        buffer.unmap();
        buffer.dispose();
        sample.dispose();
      }
      fixture.stream().stop();
      assertEquals(FlowReturn.OK, source.ended().get());
      assertEquals(20, source.pushed());
    }
    GStreamer.end(pipeline);
  }
}
