package dev.dmabroker.samples.gstreamer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.samples.common.Books;
import dev.dmabroker.samples.common.StandIns;
import dev.dmabroker.samples.gstreamer.inprocess.FrameRate;
import dev.dmabroker.samples.gstreamer.inprocess.StreamSource;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.testing.Await;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.elements.AppSrc;

/** A broker with a camera's stream, whose frames GStreamer reads. */
public final class Fixture implements AutoCloseable {
  /** Not a multiple of 64, so that a stride of 64 shows. */
  private final Picture picture = new Picture(160, 96);

  private final Books before = Books.open();
  private final Broker broker = StandIns.broker().build();
  private final Device camera = broker.register("camera", Constraints.builder().cpuReach().build());
  private final Device gstreamer =
      broker.register("gstreamer", Constraints.builder().cpuReach().build());
  private final BufferStream stream =
      broker.stream(StreamSpec.of("camera", picture.spec(), camera));
  private final StreamConsumer consumer = stream.consumer(gstreamer, Policy.EVERY_FRAME);

  /** Starts the stream. */
  public Fixture() {
    stream.start();
  }

  /** The number of bytes of a line, were there no padding. */
  public int width() {
    return picture.width();
  }

  /** Checks luma that may have been converted, but not coded. */
  public void check(int number, ByteBuffer bytes, long offset, long stride) {
    assertEquals(number, picture.number(bytes, offset, stride));
    double decibels = picture.decibels(bytes, offset, stride, number);
    assertTrue(decibels > 40, number + ": " + decibels + " dB");
  }

  /** Checks a frame of the stream, whatever its number. */
  public void check(Frame frame) {
    Layout.Plane luma = frame.mapping().layout().planes().get(0);
    try (CpuView view = frame.mapping().cpuView()) {
      ByteBuffer bytes = view.bytes();
      int number = picture.number(bytes, luma.offsetBytes(), luma.strideBytes());
      assertEquals(frame.sequence(), number);
      check(number, bytes, luma.offsetBytes(), luma.strideBytes());
    }
  }

  /** Checks all of a picture that is neither converted nor coded. */
  public void check(int number, MappedMemory memory) {
    Layout.Plane luma = memory.layout().planes().get(0);
    try (CpuView view = memory.cpuView()) {
      ByteBuffer bytes = view.bytes();
      assertEquals(number, picture.number(bytes, luma.offsetBytes(), luma.strideBytes()));
      assertEquals(
          Double.POSITIVE_INFINITY,
          picture.decibels(bytes, luma.offsetBytes(), luma.strideBytes(), number));
    }
  }

  /** Releases what GStreamer has not taken. */
  public void drain() {
    for (Optional<Frame> frame = consumer.tryTake();
        frame.isPresent();
        frame = consumer.tryTake()) {
      frame.get().close();
    }
  }

  /** The broker. */
  public Broker broker() {
    return broker;
  }

  /** The camera's stream, which runs. */
  public BufferStream stream() {
    return stream;
  }

  /** GStreamer, as the stream knows it. */
  public StreamConsumer consumer() {
    return consumer;
  }

  /** Feeds the element {@code src} of a pipeline. */
  public StreamSource source(Pipeline pipeline, int mostHeld) {
    return StreamSource.start(
        consumer, (AppSrc) pipeline.getElementByName("src"), FrameRate.of(30), mostHeld);
  }

  /**
   * Waits until a source has pushed so many frames, and no more: it counts a frame after the
   * pipeline has taken it, which may have come out at the other end by then.
   */
  public static void awaitPushed(StreamSource source, long count) {
    Await.until(count + " frames are pushed", () -> source.pushed() >= count);
    assertEquals(count, source.pushed());
  }

  /** Draws and submits one frame. */
  public void submit(int number) {
    EmptyFrame frame = stream.acquire();
    try (CpuView view = frame.mapping().cpuView()) {
      picture.draw(view, frame.mapping().layout(), number);
    }
    frame.submit();
  }

  @Override
  public void close() throws InterruptedException {
    stream.close();
    Await.until("all frames are back", () -> Books.mappings(broker) == 0);
    Await.until("all buffers are gone", () -> broker.snapshot().buffers().isEmpty());
    broker.close();
    assertEquals(0, before.leftWithin(Duration.ofSeconds(30)));
  }
}
