package dev.dmabroker.scenario;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.UndeclaredAccessException;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Consumers that are slow, and consumers that come late. */
class StreamConsumerTest extends VideoFixture {
  // ---- Deadlines of futures ----

  @Test
  void aFutureFrameHasADeadlineOfItsOwn() throws Exception {
    BufferStream stream = started(spec -> spec.maxBuffers(2));
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    assertSays(failure(consumer.takeAsync(AT_ONCE)), "take a frame of video for viewer", "1 ms");
    EmptyFrame frame = stream.acquireAsync(Duration.ofMinutes(1)).get(30, SECONDS);
    EmptyFrame other = stream.acquire();
    assertSays(failure(stream.acquireAsync(AT_ONCE)), "acquire", "1 ms", "camera");
    CompletableFuture<Frame> next = consumer.takeAsync(Duration.ofMinutes(1));
    frame.submit();
    next.get(30, SECONDS).close();
    other.close();
    assertThrows(IllegalArgumentException.class, () -> consumer.takeAsync(Duration.ZERO));
  }

  private static Throwable failure(CompletableFuture<?> future) {
    return assertInstanceOf(
        WaitTimeoutException.class,
        assertThrows(ExecutionException.class, () -> future.get(30, SECONDS)).getCause());
  }

  // ---- Slow consumers ----

  @Test
  void everyFrameHoldsUpTheProducer() throws Exception {
    BufferStream stream = started(spec -> spec.maxBuffers(3));
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    for (int i = 0; i < 3; i++) {
      submit(stream, i);
    }
    var waiting = start(() -> stream.acquire()).parked();
    try (Frame frame = consumer.take()) {
      assertEquals(0, frame.sequence());
    }
    waiting.result().submit();
    for (int i = 1; i < 4; i++) {
      try (Frame frame = consumer.take()) {
        assertEquals(i, frame.sequence());
      }
    }
    assertEquals(0, stream.snapshot().consumers().get(0).dropped());
  }

  @Test
  void latestDropsAndCounts() throws Exception {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.LATEST);
    for (int i = 0; i < 5; i++) {
      submit(stream, i);
    }
    try (Frame frame = consumer.take()) {
      assertEquals(4, frame.sequence());
      assertEquals(4, read(frame.mapping()));
    }
    assertEquals(4, stream.snapshot().consumers().get(0).dropped());
    for (int i = 0; i < 4; i++) {
      assertEquals(i, Events.next(streamEvents.dropped).sequence());
    }
    assertTrue(consumer.tryTake().isEmpty());
    assertEquals(2, system.allocations());
  }

  @Test
  void whatALatestConsumerHasNotTakenDoesNotHoldUpTheProducer() {
    BufferStream stream = started(spec -> spec.maxBuffers(2));
    StreamConsumer one = stream.consumer(viewer, Policy.LATEST);
    StreamConsumer other = stream.consumer(viewer, Policy.LATEST);
    submit(stream, 0);
    Frame held = one.take();
    other.take().close();
    submit(stream, 1);
    EmptyFrame next = stream.acquire(AT_ONCE);
    assertTrue(one.tryTake().isEmpty(), "it was dropped for the producer's sake");
    next.submit();
    assertEquals(2, one.take().sequence());
    assertEquals(2, other.take().sequence());
    held.close();
    assertEquals(1, stream.snapshot().consumers().get(0).dropped());
    assertEquals(1, stream.snapshot().consumers().get(1).dropped());
  }

  @Test
  void whatOnlyALatestConsumerHasLeftIsTakenBackAtOnce() {
    broker.close();
    broker = builder().callbackExecutor(Runnable::run).build();
    Device producer = broker.register("camera", Constraints.none());
    BufferStream stream =
        broker.stream(
            StreamSpec.builder("video", BlobSpec.of(SIZE), producer)
                .minBuffers(1)
                .maxBuffers(1)
                .build());
    stream.start();
    StreamConsumer every = stream.consumer(producer, Policy.EVERY_FRAME);
    stream.consumer(producer, Policy.LATEST);
    submit(stream, 0);
    Frame frame = every.take();
    var waiting = stream.acquireAsync();
    assertFalse(waiting.isDone());
    frame.close();
    assertTrue(waiting.isDone());
  }

  @Test
  void aSlowDeviceIsNamed() throws Exception {
    Device slow =
        broker.register(
            DeviceSpec.builder("slow")
                .longestHold(Duration.ofMillis(2))
                .constraints(Constraints.builder().camping(1).build())
                .build());
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(slow, Policy.EVERY_FRAME);
    submit(stream, 0);
    submit(stream, 1);
    Frame first = consumer.take();
    Frame second = consumer.take();
    var many = Events.next(streamEvents.overheld);
    assertEquals(
        "TOO_MANY of slow 2 1",
        many.excess() + " of " + many.device() + " " + many.count() + " " + many.camping());
    var late = Events.next(streamEvents.overheld);
    assertEquals("TOO_LONG of slow", late.excess() + " of " + late.device());
    assertEquals(Duration.ofMillis(2), late.longestHold());
    Events.next(streamEvents.overheld);
    first.close();
    second.close();
    StreamState.Holds holds = stream.snapshot().consumers().get(0).holds();
    assertEquals(2, holds.overheld());
    assertEquals(2, holds.most());
    assertEquals(1, holds.camping());
    assertEquals(2, holds.ended());
    assertTrue(holds.longest().compareTo(Duration.ofMillis(2)) > 0);
    assertTrue(streamEvents.overheld.isEmpty(), "told once");
  }

  // ---- Late consumers ----

  @Test
  void aConsumerThatComesLateGetsWhatIsSubmittedFromThenOn() {
    BufferStream stream = started(spec -> spec);
    StreamConsumer early = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 0);
    StreamConsumer late = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 1);
    assertEquals(1, late.take().sequence());
    early.take().close();
    early.close();
    early.close();
    submit(stream, 2);
    assertEquals(2, late.take().sequence());
    assertThrows(ClosedException.class, early::take);
    assertEquals(1, stream.snapshot().consumers().size());
  }

  @Test
  void aStricterConsumerMovesTheBuffersWhileTheStreamRuns() {
    BufferStream stream = started(spec -> spec);
    Device display = broker.register("display", CONTIGUOUS);
    EmptyFrame filling = stream.acquire();
    fill(filling.mapping(), 7);
    StreamConsumer late = stream.consumer(display, Policy.EVERY_FRAME);
    filling.submit();
    try (Frame frame = late.take()) {
      assertEquals(7, read(frame.mapping()));
      assertEquals("cma", frame.mapping().heapName());
    }
    Await.until("all have moved", () -> cma.live() == 2 && system.live() == 0);
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    try (EmptyFrame grown = stream.acquire()) {
      assertEquals("cma", grown.mapping().heapName(), "what comes later suits all");
    }
    one.close();
    other.close();
    late.close();
    try (Frame unused = stream.consumer(viewer, Policy.LATEST).tryTake().orElse(null)) {
      assertEquals(1, stream.snapshot().consumers().size());
    }
  }

  @Test
  void whoCannotBeServedDoesNotJoin() {
    BufferStream stream = started(spec -> spec);
    Device odd = broker.register("odd", Constraints.builder().addressBits(4).build());
    assertThrows(UnsatisfiableException.class, () -> stream.consumer(odd, Policy.LATEST));
    assertThrows(
        UnsatisfiableException.class, () -> stream(spec -> spec).consumer(odd, Policy.LATEST));
    assertEquals(List.of(), stream.snapshot().consumers());
    broker.snapshot().buffers().forEach(b -> assertEquals(List.of("camera"), b.attached()));
    Device writer = broker.register(DeviceSpec.builder("writer").access(Access.WRITE).build());
    assertThrows(UndeclaredAccessException.class, () -> stream.consumer(writer, Policy.LATEST));
    Device reader = broker.register(DeviceSpec.builder("reader").access(Access.READ).build());
    assertThrows(
        UndeclaredAccessException.class,
        () -> broker.stream(StreamSpec.of("other", BlobSpec.of(1), reader)));
  }

  @Test
  void detachingReleasesWhatIsQueuedAndLeavesWhatIsHeld() throws Exception {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 0);
    submit(stream, 1);
    Frame held = consumer.take();
    consumer.close();
    assertEquals(1, stream.snapshot().free());
    assertEquals(0, read(held.mapping()));
    held.close();
    assertEquals(2, stream.snapshot().free());
    StreamConsumer again = stream.consumer(viewer, Policy.EVERY_FRAME);
    var waiting = start(() -> again.take()).parked();
    again.close();
    assertThrows(ClosedException.class, waiting::result);
  }
}
