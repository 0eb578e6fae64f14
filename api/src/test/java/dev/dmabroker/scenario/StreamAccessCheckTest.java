package dev.dmabroker.scenario;

import static dev.dmabroker.testing.Events.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.event.AccessViolation;
import dev.dmabroker.event.AccessViolation.Kind;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedPoller;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A broker that checks access finds what breaks its rules in the frames of streams, too. */
class StreamAccessCheckTest extends Fixture {
  private static final SyncFile FENCE = new SyncFile(7);

  private final BlockingQueue<AccessViolation> found = new LinkedBlockingQueue<>();
  private final ScriptedPoller poller = new ScriptedPoller();
  private BufferStream stream;
  private StreamConsumer consumer;

  @BeforeEach
  void open() {
    broker.close();
    broker =
        builder()
            .checkAccess(1)
            .fencePoller(poller)
            .listener(
                new BrokerListener() {
                  @Override
                  public void accessViolated(AccessViolation event) {
                    found.add(event);
                  }
                },
                Delivery.IN_PLACE)
            .build();
    start(device("camera"), device("viewer"));
  }

  private Device device(String name) {
    return broker.register(DeviceSpec.builder(name).build());
  }

  private void start(Device producer, Device reader) {
    StreamSpec.Builder spec =
        StreamSpec.builder("video of " + producer.name(), BlobSpec.of(SIZE), producer);
    stream = broker.stream(spec.minBuffers(1).maxBuffers(1).build());
    stream.start();
    consumer = stream.consumer(reader, Policy.EVERY_FRAME);
  }

  /** Submits a frame, and keeps its memory beyond that. */
  private ByteBuffer submitAndKeep() {
    EmptyFrame frame = stream.acquire();
    ByteBuffer bytes = frame.mapping().cpuView().bytes();
    frame.submit();
    return bytes;
  }

  /** Changes each byte, so that any sample shows it. */
  private static void scribble(ByteBuffer bytes) {
    for (int i = 0; i < bytes.capacity(); i++) {
      bytes.put(i, (byte) (bytes.get(i) + 1));
    }
  }

  private void nothingElse() {
    assertTrue(found.isEmpty(), () -> "found " + found);
  }

  private static void assertSites(String first, String second, AccessViolation violation) {
    assertEquals(first, violation.first().orElseThrow().getMessage());
    assertEquals(second, violation.second().orElseThrow().getMessage());
  }

  @Test
  void aProducerThatGoesOnAfterItHasSubmittedIsFound() throws InterruptedException {
    ByteBuffer kept = submitAndKeep();
    nothingElse();
    scribble(kept);
    Frame frame = consumer.take();
    AccessViolation violation = next(found);
    assertEquals(Kind.WRITE_OUTSIDE, violation.kind());
    assertEquals("camera", violation.device());
    assertSites("submitted here", "taken here", violation);
    frame.close();
    nothingElse();
  }

  @Test
  void aConsumerThatWritesIsFound() throws InterruptedException {
    ByteBuffer kept = submitAndKeep();
    Frame frame = consumer.take();
    scribble(kept);
    frame.close();
    AccessViolation violation = next(found);
    assertEquals(Kind.READER_WROTE, violation.kind());
    assertEquals("viewer", violation.device());
    assertSites("taken here", "closed here", violation);
    nothingElse();
  }

  @Test
  void aConsumerThatGoesOnAfterItHasReleasedIsFound() throws InterruptedException {
    ByteBuffer kept = submitAndKeep();
    consumer.take().close();
    scribble(kept);
    stream.acquire().close();
    AccessViolation violation = next(found);
    assertEquals(Kind.WRITE_OUTSIDE, violation.kind());
    assertEquals("viewer", violation.device());
    assertSites("closed here", "acquired here", violation);
    nothingElse();
  }

  @Test
  void ofSeveralReadersOneIsNamed() throws InterruptedException {
    StreamConsumer other = stream.consumer(device("other"), Policy.EVERY_FRAME);
    ByteBuffer kept = submitAndKeep();
    Frame frame = consumer.take();
    Frame another = other.take();
    scribble(kept);
    another.close();
    AccessViolation violation = next(found);
    assertEquals(Kind.READER_WROTE, violation.kind());
    assertEquals("other", violation.device());
    frame.close();
    nothingElse();
  }

  @Test
  void framesWithoutTheirFencesAreFound() throws InterruptedException {
    start(
        broker.register(DeviceSpec.builder("gpu").explicitSync().build()),
        broker.register(DeviceSpec.builder("display").explicitSync().build()));
    poller.signalsAtOnce = true;
    stream.acquire().close(); // It was not used.
    stream.acquire().submitAfter(FENCE);
    consumer.take().closeAfter(FENCE);
    nothingElse();
    stream.acquire().submit();
    AccessViolation violation = next(found);
    assertEquals(Kind.FENCE_MISSING, violation.kind());
    assertEquals("gpu", violation.device());
    assertSites("acquired here", "submitted here", violation);
    consumer.take().close();
    violation = next(found);
    assertEquals(Kind.FENCE_MISSING, violation.kind());
    assertEquals("display", violation.device());
    assertSites("taken here", "closed here", violation);
    nothingElse();
  }

  @Test
  void fencesOfEarlierWorkAreFound() throws InterruptedException {
    poller.signalsAtOnce = true;
    poller.signalledNanos = OptionalLong.of(System.nanoTime());
    stream.acquire().submitAfter(FENCE);
    AccessViolation violation = next(found);
    assertEquals(Kind.FENCE_STALE, violation.kind());
    assertSites("acquired here", "submitted here", violation);
    consumer.take().closeAfter(FENCE);
    violation = next(found);
    assertEquals(Kind.FENCE_STALE, violation.kind());
    assertSites("taken here", "closed here", violation);
    nothingElse();
  }

  @Test
  void aViewThatIsUsedAfterTheEndOfItsFrameIsFound() throws InterruptedException {
    EmptyFrame frame = stream.acquire();
    CpuView closed = frame.mapping().cpuView();
    CpuView open = frame.mapping().cpuView();
    closed.close();
    frame.submit();
    assertThrows(ClosedException.class, open::bytes);
    AccessViolation violation = next(found);
    assertEquals(Kind.VIEW_USED_AFTER_END, violation.kind());
    assertSites("submitted here", "used here", violation);
    assertThrows(ClosedException.class, closed::bytes);
    assertSites("view closed here", "used here", next(found));
    consumer.take().close();
    nothingElse();
  }

  @Test
  void aProducerMayWriteUntilItsFenceSignals() throws InterruptedException {
    EmptyFrame frame = stream.acquire();
    ByteBuffer device = frame.mapping().cpuView().bytes();
    frame.submitAfter(FENCE);
    scribble(device);
    poller.signal(FENCE);
    Frame taken = consumer.take();
    nothingElse();
    taken.closeAfter(FENCE);
    poller.signal(FENCE);
    scribble(device);
    stream.acquire().close();
    assertEquals(Kind.WRITE_OUTSIDE, next(found).kind());
    nothingElse();
  }

  @Test
  void framesThatGoRoundByTheRulesAreNotFound() throws Exception {
    StreamConsumer display = stream.consumer(broker.register("display", CONTIGUOUS), Policy.LATEST);
    for (int i = 0; i < 50; i++) {
      EmptyFrame frame =
          i % 2 == 0 ? stream.acquire() : stream.acquireAsync().get(30, TimeUnit.SECONDS);
      fill(frame.mapping(), i);
      frame.submit();
      try (Frame taken =
          i % 3 == 0 ? consumer.take() : consumer.takeAsync().get(30, TimeUnit.SECONDS)) {
        assertEquals(i, read(taken.mapping()));
      }
      display.tryTake().ifPresent(Frame::close);
    }
    nothingElse();
  }

  @Test
  void whatTheStreamItselfScrubsIsNotFound() {
    submit(stream, 77);
    consumer.take().close();
    StreamConsumer stranger =
        stream.consumer(
            broker.register(DeviceSpec.builder("stranger").group("others").build()),
            Policy.EVERY_FRAME);
    stream.acquire().submit();
    consumer.take().close();
    stranger.take().close();
    assertTrue(stream.snapshot().scrubbed() > 0);
    nothingElse();
  }

  @Test
  void aFrameThatAStopTakesBackIsNotFound() {
    EmptyFrame frame = stream.acquire();
    ByteBuffer written = frame.mapping().cpuView().bytes();
    assertThrows(OutstandingMappingsException.class, () -> stream.stop(Duration.ZERO));
    scribble(written);
    assertThrows(StreamStoppedException.class, frame::submit);
    stream.start();
    assertThrows(StreamStoppedException.class, consumer::take); // It is told of the stop first.
    submit(stream, 1);
    consumer.take().close();
    nothingElse();
  }

  @Test
  void whatADeviceOfAnotherProcessDoesIsNotChecked() {
    ByteBuffer kept = submitAndKeep();
    RegisteredDevice client =
        (RegisteredDevice) broker.register(DeviceSpec.builder("client").explicitSync().build());
    client.markForeign();
    StreamConsumer foreign = stream.consumer(client, Policy.EVERY_FRAME);
    consumer.take().close();
    scribble(kept);
    stream.acquire().submit();
    scribble(kept);
    foreign.take().close();
    consumer.take().close();
    nothingElse();
  }
}
