package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BrokerException;
import dev.dmabroker.BudgetExceededException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.BufferStream.State;
import dev.dmabroker.BusyException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.FrameDropped;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Streams whose parties and heaps fail. */
class StreamFaultTest extends RationedFixture {
  // ---- Parties that misbehave ----

  @Test
  void aProducerThatNeverSubmitsIsNamed() throws Exception {
    Device stuck =
        broker.register(DeviceSpec.builder("stuck").longestHold(Duration.ofMillis(2)).build());
    BufferStream stream = broker.stream(StreamSpec.of("video", BlobSpec.of(SIZE), stuck));
    stream.start();
    EmptyFrame unused = stream.acquire();
    assertEquals("stuck", Events.next(streamEvents.overheld).device());
    assertEquals(1, stream.snapshot().producer().overheld());
    stream.stop();
    assertEquals(2, stream.snapshot().free());
  }

  @Test
  void aConsumerThatThrowsHoldsUpNobodyElse() throws Exception {
    BufferStream stream = started(spec -> spec);
    StreamConsumer bad = stream.consumer(viewer, Policy.EVERY_FRAME);
    StreamConsumer good = stream.consumer(viewer, Policy.EVERY_FRAME);
    var thrown =
        bad.takeAsync()
            .thenAccept(
                frame -> {
                  try (frame) {
                    throw new IllegalStateException("a consumer's mistake");
                  }
                });
    stream.acquire().submit();
    good.take().close();
    assertThrows(CompletionException.class, thrown::join);
    stream.acquire().submit();
    good.take().close();
    bad.take().close();
    assertEquals(2, stream.snapshot().free());
  }

  @Test
  void aListenerThatThrowsIsNotTheStreamsConcern() {
    broker.listen(
        new dev.dmabroker.event.BrokerListener() {
          @Override
          public void frameDropped(FrameDropped event) {
            throw new IllegalStateException("a listener's mistake");
          }
        },
        Delivery.IN_PLACE);
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.LATEST);
    stream.acquire().submit();
    stream.acquire().submit();
    assertEquals(1, consumer.take().sequence());
  }

  @Test
  void aDeviceThatIsClosedStopsTheGrowthAndNotTheStream() {
    BufferStream stream = started(spec -> spec);
    viewer.close();
    StreamConsumer consumer =
        stream.consumer(broker.register("other", Constraints.none()), Policy.EVERY_FRAME);
    camera.close();
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    var failure =
        assertThrows(WaitTimeoutException.class, () -> stream.acquire(Duration.ofMillis(100)));
    assertSays(failure, "camera is closed");
    one.submit();
    other.submit();
    consumer.take().close();
    assertThrows(ClosedException.class, () -> stream.consumer(viewer, Policy.EVERY_FRAME));
  }

  @Test
  void startingWhileItIsBeingStoppedIsRefused() throws Exception {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.acquire().submit();
    Frame held = consumer.take();
    var stopping =
        start(
                () -> {
                  stream.stop(Duration.ofSeconds(30));
                  return stream.state();
                })
            .parked();
    assertTrue(stream.remove(1 - held.index()));
    assertEquals(1, stream.snapshot().depth());
    assertSays(assertThrows(BusyException.class, stream::start), "viewer holds 1");
    assertEquals(1, stream.snapshot().depth(), "no memory is sought for that");
    held.close();
    assertEquals(State.STOPPED, stopping.result());
  }

  // ---- Heaps and budgets ----

  @Test
  void aHeapThatThrowsInTheMiddleOfGrowthIsBackPressure() throws Exception {
    BufferStream stream = started(spec -> spec);
    system.onAllocate(
        () -> {
          throw new IllegalStateException("a heap's mistake");
        });
    cma.onAllocate(
        () -> {
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        });
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    var waiting = start(() -> stream.acquire()).parked();
    assertSays(new Exception(Events.next(streamEvents.heldBack).reason()), "mistake");
    one.close();
    waiting.result().close();
    other.close();
    assertEquals(2, broker.snapshot().buffers().size());
    assertEquals(1, stream.snapshot().refused());
  }

  @Test
  void aWaitIsOneRefusalHoweverLongItLasts() {
    // The stream looks after its frames each half of what a device may hold them.
    Device rationed =
        broker.register(DeviceSpec.builder("rationed").longestHold(Duration.ofMillis(4)).build());
    BufferStream stream = broker.stream(StreamSpec.of("video", BlobSpec.of(SIZE), rationed));
    stream.start();
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    assertThrows(WaitTimeoutException.class, () -> stream.acquire(Duration.ofMillis(200)));
    assertEquals(1, stream.snapshot().refused());
    one.close();
    other.close();
  }

  @Test
  void theProducersBudgetLimitsTheStream() {
    Device rationed = broker.register("rationed", Constraints.none());
    BufferStream stream = broker.stream(StreamSpec.of("video", BlobSpec.of(SIZE), rationed));
    stream.start();
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    var failure =
        assertThrows(WaitTimeoutException.class, () -> stream.acquire(Duration.ofMillis(200)));
    assertInstanceOf(BudgetExceededException.class, failure.getCause());
    one.close();
    other.close();
    BufferStream second = broker.stream(StreamSpec.of("more", BlobSpec.of(SIZE), rationed));
    assertThrows(BudgetExceededException.class, second::start);
    stream.close();
    second.start();
    assertEquals(2 * SIZE, broker.snapshot().budgets().get(0).reservedBytes());
  }

  @Test
  void aMoveThatFailsIsToldToWhoNeedsItAndTheOthersGoOn() {
    cma.capacity(0);
    BufferStream stream = started(spec -> spec);
    StreamConsumer early = stream.consumer(viewer, Policy.EVERY_FRAME);
    StreamConsumer strict =
        stream.consumer(broker.register("display", CONTIGUOUS), Policy.EVERY_FRAME);
    stream.acquire().submit();
    assertThrows(BrokerException.class, () -> strict.take(Duration.ofMillis(200)));
    early.take().close();
    assertEquals(1, stream.snapshot().consumers().get(1).queued(), "the frame is still there");
    assertInstanceOf(
        MoveFailedException.class,
        assertThrows(CompletionException.class, () -> strict.takeAsync().join()).getCause());
    cma.capacity(10 * SIZE);
    try (Frame frame = strict.take()) {
      assertEquals(0, frame.sequence());
      assertEquals("cma", frame.mapping().heapName());
    }
  }

  @Test
  void aBufferThatMovesIsLeftOutWhileOthersAreFree() throws Exception {
    BufferStream stream = started(spec -> spec.minBuffers(3).maxBuffers(3));
    EmptyFrame written = stream.acquire();
    fill(written.mapping(), 1);
    written.close();
    int moving = written.index();
    ScriptedMover.Stop stop = mover.stopCopy();
    Device display = broker.register("display", CONTIGUOUS);
    StreamConsumer late = stream.consumer(display, Policy.EVERY_FRAME);
    stop.awaitReached();
    List<EmptyFrame> still = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      EmptyFrame frame = stream.acquire(AT_ONCE);
      assertTrue(frame.index() != moving);
      still.add(frame);
    }
    assertTrue(stream.tryAcquire().isEmpty());
    var waiting = start(() -> stream.acquire()).parked();
    stop.goOn();
    waiting.result().submit();
    late.take().close();
    still.forEach(EmptyFrame::close);
  }
}
