package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BufferStream;
import dev.dmabroker.BufferStream.State;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.StreamResized;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a stream is stopped and closed, and who waits for it meanwhile. */
class StreamStopTest extends VideoFixture {
  // ---- Stopping ----

  @Test
  void stopReturnsEveryBufferAndFreesNothing() {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 0);
    EmptyFrame filling = stream.acquire();
    stream.stop(Duration.ZERO);
    assertEquals(State.STOPPED, stream.state());
    assertFalse(filling.mapping().isOpen());
    assertEquals(2, stream.snapshot().free());
    assertEquals(2, system.live());
    assertEquals(1, stream.snapshot().consumers().get(0).dropped());
    assertSays(assertThrows(StreamStoppedException.class, filling::submit), "video");
    filling.close();
    assertThrows(StreamStoppedException.class, stream::acquire);
    assertThrows(StreamStoppedException.class, stream::tryAcquire);
    assertThrows(StreamStoppedException.class, consumer::take);
    broker.snapshot().buffers().forEach(b -> assertEquals(List.of(), b.holders()));
    stream.start();
    submit(stream, 5);
    try (Frame frame = consumer.take()) {
      assertEquals(5, read(frame.mapping()));
    }
    assertEquals(2, system.allocations(), "a restart costs none");
  }

  @Test
  void whatTheCpuStillWritesToIsReturnedWhenItHasDone() {
    BufferStream stream = started(spec -> spec.maxBuffers(2));
    EmptyFrame filling = stream.acquire();
    CpuView view = filling.mapping().cpuView();
    assertThrows(OutstandingMappingsException.class, () -> stream.stop(AT_ONCE));
    stream.start();
    EmptyFrame other = stream.acquire();
    assertThrows(
        WaitTimeoutException.class, () -> stream.acquire(AT_ONCE), "it is still written to");
    view.close();
    assertThrows(StreamStoppedException.class, filling::submit);
    filling.close();
    assertEquals(filling.index(), stream.acquire(AT_ONCE).index());
    other.close();
  }

  @Test
  void stopLetsConsumersFinish() throws Exception {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 0);
    submit(stream, 1);
    Frame held = consumer.take();
    var stopping = start(() -> stopped(stream, Duration.ofSeconds(30))).parked();
    var other = start(() -> stopped(stream, Duration.ofSeconds(30))).parked();
    assertEquals(State.STOPPING, stream.state());
    assertThrows(StreamStoppedException.class, stream::acquire);
    held.close();
    try (Frame last = consumer.take()) {
      assertEquals(1, last.sequence());
    }
    assertEquals(State.STOPPED, stopping.result());
    assertEquals(State.STOPPED, other.result());
    assertEquals(0, stream.snapshot().consumers().get(0).dropped());
    assertThrows(StreamStoppedException.class, consumer::take);
  }

  private static State stopped(BufferStream stream, Duration deadline) {
    stream.stop(deadline);
    return stream.state();
  }

  @Test
  void aConsumerThatNeverReleasesIsNamedAndKeepsItsFrame() {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 9);
    Frame held = consumer.take();
    var failure = assertThrows(OutstandingMappingsException.class, () -> stream.stop(AT_ONCE));
    assertSays(failure, "stream video is stopped", "viewer");
    assertEquals("viewer", failure.holders().get(0).device());
    assertEquals(State.STOPPED, stream.state());
    assertEquals(9, read(held.mapping()));
    stream.stop();
    stream.start();
    submit(stream, 1);
    assertEquals(9, read(held.mapping()));
    stream.consumer(viewer, Policy.LATEST);
    stream.close();
    assertEquals(9, read(held.mapping()), "it outlives the stream");
    assertEquals(1, system.live());
    held.close();
    assertEquals(0, system.live());
    assertEquals(List.of(), broker.snapshot().streams());
    assertEquals(List.of(), broker.snapshot().buffers());
  }

  @Test
  void stoppingEndsWhoWaits() throws Exception {
    BufferStream stream = started(spec -> spec.maxBuffers(2));
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    var acquiring = start(() -> stream.acquire()).parked();
    var async = stream.acquireAsync();
    var taking = start(() -> consumer.take()).parked();
    var takingAsync = consumer.takeAsync();
    stream.stop(Duration.ZERO);
    assertThrows(StreamStoppedException.class, acquiring::result);
    assertInstanceOf(
        StreamStoppedException.class,
        assertThrows(CompletionException.class, async::join).getCause());
    assertThrows(StreamStoppedException.class, taking::result);
    assertInstanceOf(
        StreamStoppedException.class,
        assertThrows(CompletionException.class, takingAsync::join).getCause());
    assertFalse(one.mapping().isOpen() || other.mapping().isOpen());
  }

  @Test
  void everyTakerIsToldOfTheStop() throws Exception {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    List<Running<Frame>> waiting =
        List.of(start(() -> consumer.take()).parked(), start(() -> consumer.take()).parked());
    stream.stop();
    for (Running<Frame> each : waiting) {
      assertThrows(StreamStoppedException.class, each::result);
    }
    for (int i = 0; i < 2; i++) { // Takers that were busy with their last frames.
      assertSays(
          assertThrows(StreamStoppedException.class, () -> consumer.take(AT_ONCE)),
          "cannot take a frame of video for viewer: stream video is STOPPED",
          "take again when the producer's side has started it, or close the consumer");
      assertThrows(StreamStoppedException.class, consumer::tryTake);
      assertInstanceOf(
          StreamStoppedException.class,
          assertThrows(CompletionException.class, () -> consumer.takeAsync().join()).getCause());
    }
    stream.start();
    assertTrue(consumer.tryTake().isEmpty());
    submit(stream, 2);
    assertEquals(2, read(consumer.take(AT_ONCE).mapping()));
  }

  @Test
  void takersAreToldOfAStopThatWaitsForOthers() throws Exception {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 0);
    Frame held = consumer.take();
    var waiting = start(() -> consumer.take(Duration.ofSeconds(30))).parked();
    var stopping = start(() -> stopped(stream, Duration.ofDays(1))).parked();
    assertThrows(StreamStoppedException.class, waiting::result);
    assertEquals(State.STOPPING, stream.state());
    assertThrows(StreamStoppedException.class, () -> consumer.take(AT_ONCE));
    held.close();
    assertEquals(State.STOPPED, stopping.result());
  }

  @Test
  void aConsumerThatComesAfterTheStopWaitsForTheStart() throws Exception {
    BufferStream stream = started(spec -> spec);
    stream.stop();
    StreamConsumer late = stream.consumer(viewer, Policy.EVERY_FRAME);
    assertTrue(late.tryTake().isEmpty());
    var taking = start(() -> late.take(Duration.ofSeconds(30))).parked();
    stream.start();
    submit(stream, 4);
    assertEquals(4, read(taking.result().mapping()));
  }

  @Test
  void whoWasAwayLearnsOfTheStopBeforeTheFramesOfTheNextRun() {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 0);
    stream.stop(Duration.ZERO);
    stream.start();
    submit(stream, 1);
    assertThrows(StreamStoppedException.class, () -> consumer.take(AT_ONCE));
    assertEquals(1, consumer.take(AT_ONCE).sequence());
  }

  @Test
  void anInterruptedStopCancels() throws Exception {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 0);
    var stopping = start(() -> stopped(stream, Duration.ofSeconds(30))).parked();
    stopping.thread().interrupt();
    assertThrows(WaitInterruptedException.class, stopping::result);
    assertEquals(State.STOPPED, stream.state());
    assertEquals(2, stream.snapshot().free());
    assertThrows(StreamStoppedException.class, consumer::take);
  }

  @Test
  void aThousandCyclesAllocateOnceAndLeaveNothing() {
    BufferStream stream = stream(spec -> spec.minBuffers(3));
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    for (int i = 0; i < 1000; i++) {
      stream.start();
      submit(stream, i);
      try (Frame frame = consumer.take()) {
        assertEquals(i, frame.sequence());
      }
      EmptyFrame unused = stream.acquire(); // Not submitted: taken back.
      stream.stop();
      assertThrows(StreamStoppedException.class, consumer::take);
    }
    assertEquals(3, system.allocations());
    assertEquals(3, stream.snapshot().free());
    broker.snapshot().buffers().forEach(b -> assertEquals(List.of(), b.holders()));
    stream.close();
    assertEquals(0, system.live());
  }

  @Test
  void closingEndsEverything() throws Exception {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    var taking = start(() -> consumer.take(Duration.ofSeconds(30))).parked();
    StreamResized last =
        new EventRecords.StreamResized("video", stream.snapshot().depth(), 0, 0, "closed");
    stream.close();
    Await.until("told", () -> streamEvents.resized.contains(last));
    stream.close();
    assertThrows(RuntimeException.class, taking::result);
    assertEquals(0, system.live());
    assertSays(assertThrows(ClosedException.class, stream::acquire), "stream video is closed");
    assertSays(
        assertThrows(ClosedException.class, stream::start),
        "cannot start video: stream video is closed");
    assertThrows(ClosedException.class, consumer::take);
    assertThrows(ClosedException.class, () -> stream.consumer(viewer, Policy.LATEST));
    stream.stop();
  }

  @Test
  void closingTheBrokerEndsStreams() throws Exception {
    BufferStream stream = started(spec -> spec.maxBuffers(2));
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    var acquiring = start(() -> stream.acquire()).parked();
    var taking = start(() -> consumer.take()).parked();
    one.close();
    var got = acquiring.result();
    var again = start(() -> stream.acquire()).parked();
    assertThrows(OutstandingMappingsException.class, broker::close);
    assertSays(assertThrows(ClosedException.class, again::result), "the broker is closed");
    assertThrows(ClosedException.class, taking::result);
    got.close();
    assertThrows(ClosedException.class, other::submit);
    assertEquals(0, system.live());
  }

  // ---- Waiting ----

  @Test
  void anInterruptedAcquireHasNothing() throws Exception {
    BufferStream stream = started(spec -> spec.maxBuffers(2));
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    var waiting = start(() -> stream.acquire()).parked();
    waiting.thread().interrupt();
    assertThrows(WaitInterruptedException.class, waiting::result);
    assertEquals(0, stream.snapshot().waiting());
    one.close();
    other.close();
    assertEquals(2, stream.snapshot().free());
    assertThrows(IllegalArgumentException.class, () -> stream.acquire(Duration.ZERO));
  }

  @Test
  void producersAreServedInTheOrderOfAsking() throws Exception {
    BufferStream stream = started(spec -> spec.maxBuffers(2));
    Deque<EmptyFrame> held = new ArrayDeque<>();
    held.add(stream.acquire());
    held.add(stream.acquire());
    var first = start(() -> stream.acquire()).parked();
    var second = start(() -> stream.acquire()).parked();
    int index = held.peek().index();
    held.remove().close();
    assertEquals(index, first.result().index());
    held.remove().close();
    second.result().close();
  }

  @Test
  void anAsynchronousAcquireIsServedWithoutAThread() throws Exception {
    BufferStream stream = started(spec -> spec.maxBuffers(2));
    EmptyFrame one = stream.acquireAsync().get(30, TimeUnit.SECONDS);
    EmptyFrame other = stream.acquire();
    var waiting = stream.acquireAsync();
    assertFalse(waiting.isDone());
    one.close();
    EmptyFrame got = waiting.get(30, TimeUnit.SECONDS);
    got.submit();
    other.close();
    Await.until("all are back", () -> stream.snapshot().free() == 2);
  }

  @Test
  void aCancelledAcquireLeavesTheBufferToTheNext() throws Exception {
    BufferStream stream = started(spec -> spec.maxBuffers(2));
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    var cancelled = stream.acquireAsync();
    var late = stream.acquireAsync();
    cancelled.cancel(false);
    assertEquals(1, stream.snapshot().waiting());
    one.close();
    late.get(30, TimeUnit.SECONDS).close();
    other.close();
    assertEquals(2, stream.snapshot().free());
  }

  @Test
  void aCancelledTakeLeavesTheFrameInTheQueue() throws Exception {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    var cancelled = consumer.takeAsync();
    cancelled.cancel(false);
    var completed = consumer.takeAsync();
    completed.completeExceptionally(new IllegalStateException("somebody else"));
    submit(stream, 3);
    try (Frame frame = consumer.takeAsync().get(30, TimeUnit.SECONDS)) {
      assertEquals(3, read(frame.mapping()));
    }
  }

  @Test
  void framesThatNobodyGotAreTakenInTheirOrder() {
    var held = new ArrayDeque<Runnable>();
    broker.close();
    broker = builder().callbackExecutor(held::add).build();
    Device producer = broker.register("camera", Constraints.none());
    BufferStream stream = broker.stream(StreamSpec.of("video", BlobSpec.of(SIZE), producer));
    stream.start();
    StreamConsumer every = stream.consumer(producer, Policy.EVERY_FRAME);
    StreamConsumer latest = stream.consumer(producer, Policy.LATEST);
    var cancelled =
        List.of(every.takeAsync(), every.takeAsync(), latest.takeAsync(), latest.takeAsync());
    submit(stream, 0);
    submit(stream, 1);
    cancelled.forEach(future -> future.cancel(false));
    held.forEach(Runnable::run); // They have been granted, and no acquirer wants them.
    for (int i = 0; i < 2; i++) {
      try (Frame frame = every.take(AT_ONCE)) {
        assertEquals(i, frame.sequence());
      }
    }
    assertEquals(1, latest.take(AT_ONCE).sequence());
    assertEquals(1, stream.snapshot().consumers().get(1).dropped());
    assertEquals(0, streamEvents.dropped.remove().sequence());
  }
}
