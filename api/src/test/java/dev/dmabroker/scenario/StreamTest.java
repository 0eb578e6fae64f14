package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.BufferStream.State;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.MapTimeoutException;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.UndeclaredAccessException;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.event.StreamResized;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.internal.EventRecords;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Frames that go round, in number and in order; starting, stopping and closing. */
class StreamTest extends Fixture {
  private static final Duration AT_ONCE = Duration.ofMillis(1);

  private final Device camera = broker.register("camera", Constraints.none());
  private final Device viewer = broker.register("viewer", Constraints.none());

  private BufferStream stream(UnaryOperator<StreamSpec> how) {
    return broker.stream(how.apply(StreamSpec.of("video", BlobSpec.of(SIZE), camera)));
  }

  private BufferStream started(UnaryOperator<StreamSpec> how) {
    BufferStream stream = stream(how);
    stream.start();
    return stream;
  }

  // ---- Going round ----

  @Test
  void framesComeInOrderWithTheirContents() {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    for (int i = 0; i < 10; i++) {
      submit(stream, i * 1000L);
      try (Frame frame = consumer.take()) {
        assertEquals(i, frame.sequence());
        assertEquals(i * 1000L, read(frame.mapping()));
        assertEquals(Access.READ, frame.mapping().access());
      }
    }
    assertEquals(2, system.allocations(), "one is filled, one read");
    assertEquals(2, stream.snapshot().free());
  }

  @Test
  void eachConsumerGetsEachFrameAndTheLastReleaseFreesTheBuffer() {
    BufferStream stream = started(spec -> spec.maxBuffers(2));
    StreamConsumer one = stream.consumer(viewer, Policy.EVERY_FRAME);
    StreamConsumer other = stream.consumer(camera, Policy.EVERY_FRAME);
    submit(stream, 1);
    Frame first = one.take();
    Frame second = other.take();
    assertEquals(first.index(), second.index());
    first.close();
    first.close();
    assertEquals(1, stream.snapshot().inFlight());
    second.close();
    assertEquals(2, stream.snapshot().free());
    assertFalse(first.mapping().isOpen());
  }

  @Test
  void withoutConsumersFramesGoBackAtOnce() {
    BufferStream stream = started(spec -> spec);
    submit(stream, 1);
    submit(stream, 2);
    assertEquals(2, stream.snapshot().submitted());
    assertEquals(2, stream.snapshot().free());
  }

  @Test
  void aFrameThatIsClosedUnsubmittedGoesBackToTheFreeOnes() {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    EmptyFrame frame = stream.acquire();
    frame.close();
    frame.close();
    assertEquals(2, stream.snapshot().free());
    assertThrows(ClosedException.class, frame::submit);
    assertTrue(consumer.tryTake().isEmpty());
    assertFalse(frame.mapping().isOpen());
  }

  @Test
  void aFrameIsSubmittedOnce() {
    BufferStream stream = started(spec -> spec);
    EmptyFrame frame = stream.acquire();
    frame.submit();
    assertSays(assertThrows(ClosedException.class, frame::submit), "video-", "submitted");
    assertEquals(1, stream.snapshot().submitted());
  }

  // ---- Growing and shrinking ----

  @Test
  void growsWhenTheProducerWouldWaitUpToTheLimit() throws Exception {
    BufferStream stream = started(spec -> spec.maxBuffers(4));
    List<EmptyFrame> held = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      held.add(stream.acquire());
    }
    assertEquals(4, system.allocations());
    var failure = assertThrows(MapTimeoutException.class, () -> stream.acquire(AT_ONCE));
    assertSays(failure, "acquire a buffer of video", "it has all the 4 buffers", "camera holds 4");
    assertEquals(4, failure.holders().size());
    assertEquals(4, stream.snapshot().depth());
    assertTrue(stream.snapshot().heldBack().isPresent());
    assertSays(new Exception(Events.next(streamEvents.heldBack).reason()), "all the 4");
    var waiting = start(() -> stream.acquire()).parked();
    held.get(0).close();
    EmptyFrame got = waiting.result();
    assertEquals(held.get(0).index(), got.index());
    got.close();
    assertTrue(stream.snapshot().heldBack().isEmpty());
    held.forEach(EmptyFrame::close);
  }

  @Test
  void growsUpToTheBytes() {
    BufferStream stream = started(spec -> spec.maxBytes(3 * SIZE + 1));
    for (int i = 0; i < 3; i++) {
      EmptyFrame unused = stream.acquire();
    }
    assertSays(
        assertThrows(MapTimeoutException.class, () -> stream.acquire(AT_ONCE)), "bytes", "takes");
    assertEquals(3 * SIZE, stream.snapshot().sizeBytes());
  }

  @Test
  void growsUntilTheHeapsSayNoWhichIsNoFailure() throws Exception {
    system.capacity(3 * SIZE);
    cma.capacity(0);
    BufferStream stream = started(spec -> spec);
    List<EmptyFrame> held = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      held.add(stream.acquire());
    }
    var failure =
        assertThrows(MapTimeoutException.class, () -> stream.acquire(Duration.ofMillis(200)));
    assertSays(failure, "there is no memory", "ENOMEM");
    assertInstanceOf(AllocationException.class, failure.getCause());
    var waiting = start(() -> stream.acquire()).parked();
    held.get(1).submit();
    assertEquals(held.get(1).index(), waiting.result().index());
    assertEquals(3, stream.snapshot().depth());
    assertEquals(3, broker.snapshot().buffers().size(), "what was tried is gone");
  }

  @Test
  void asksTheHeapsAgainAfterTheQuietTime() throws Exception {
    system.capacity(2 * SIZE);
    cma.capacity(0);
    BufferStream stream = started(spec -> spec.quietTime(Duration.ofMillis(20)));
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    var waiting = start(() -> stream.acquire()).parked();
    Events.next(streamEvents.heldBack);
    system.capacity(3 * SIZE);
    assertEquals(2, waiting.result().index());
    one.close();
    other.close();
  }

  @Test
  void asksTheHeapsAgainThoughNoBufferIsLeft() throws Exception {
    BufferStream stream = started(spec -> spec.minBuffers(1).quietTime(Duration.ofMillis(500)));
    system.capacity(0);
    cma.capacity(0);
    stream.remove(0);
    Events.next(streamEvents.heldBack);
    var waiting = stream.acquireAsync();
    system.capacity(SIZE);
    waiting.get(10, TimeUnit.SECONDS).close();
  }

  @Test
  void givesBackWhatLayIdleButNotBelowTheStartingCount() {
    BufferStream stream = started(spec -> spec.minBuffers(3).quietTime(Duration.ofMillis(20)));
    List<EmptyFrame> held = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      held.add(stream.acquire());
    }
    held.forEach(EmptyFrame::close);
    Await.until("shrunk", () -> stream.snapshot().shrunk() == 3);
    assertEquals(3, stream.snapshot().depth());
    Await.until("given back", () -> system.live() == 3);
    stream.acquire().close();
    assertEquals(6, system.allocations());
  }

  @Test
  void camping() {
    Device encoder =
        broker.register("encoder", Constraints.builder().camping(3).dedicatedSlack(1).build());
    BufferStream stream = stream(spec -> spec);
    stream.consumer(encoder, Policy.EVERY_FRAME);
    stream.start();
    assertEquals(5, stream.snapshot().depth(), "four to hold and one to fill");
    Device greedy = broker.register("greedy", Constraints.builder().camping(40).build());
    assertSays(
        assertThrows(IllegalArgumentException.class, () -> stream.consumer(greedy, Policy.LATEST)),
        "45",
        "32",
        "greedy");
    Device few = broker.register("few", Constraints.builder().maxCount(4).build());
    assertThrows(UnsatisfiableException.class, () -> stream.consumer(few, Policy.LATEST));
    Device more = broker.register("more", Constraints.builder().camping(2).build());
    stream.consumer(more, Policy.LATEST);
    Await.until("grown to what is declared", () -> stream.snapshot().depth() == 7);
  }

  @Test
  void aStartThatFindsTooLittleMemoryKeepsNothing() {
    system.capacity(2 * SIZE);
    cma.capacity(0);
    BufferStream stream = stream(spec -> spec.minBuffers(3));
    assertThrows(AllocationException.class, stream::start);
    assertEquals(State.STOPPED, stream.state());
    assertEquals(0, system.live());
    assertEquals(List.of(), broker.snapshot().buffers());
    system.capacity(3 * SIZE);
    stream.start();
    assertEquals(3, stream.snapshot().depth());
  }

  @Test
  void tryAcquireGrowsInTheBackground() {
    BufferStream stream = started(spec -> spec.maxBuffers(3));
    EmptyFrame one = stream.tryAcquire().orElseThrow();
    EmptyFrame other = stream.tryAcquire().orElseThrow();
    Await.until("grown", () -> stream.tryAcquire().isPresent());
    assertEquals(3, stream.snapshot().depth());
    one.close();
    other.close();
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
            StreamSpec.of("video", BlobSpec.of(SIZE), producer).minBuffers(1).maxBuffers(1));
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
            DeviceSpec.named("slow")
                .longestHold(Duration.ofMillis(2))
                .constraints(Constraints.builder().camping(1).build()));
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
    Device writer = broker.register(DeviceSpec.named("writer").access(Access.WRITE));
    assertThrows(UndeclaredAccessException.class, () -> stream.consumer(writer, Policy.LATEST));
    Device reader = broker.register(DeviceSpec.named("reader").access(Access.READ));
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
    assertTrue(consumer.tryTake().isEmpty(), "it is told once");
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
        MapTimeoutException.class, () -> stream.acquire(AT_ONCE), "it is still written to");
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
    assertTrue(consumer.tryTake().isEmpty(), "those who waited have been told");
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

  // ---- Single buffers ----

  @Test
  void oneBufferIsTakenOutWhileTheOthersRun() {
    BufferStream stream = started(spec -> spec.minBuffers(1).maxBuffers(3));
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 4);
    int index = 0;
    assertTrue(stream.remove(index));
    assertFalse(stream.remove(index), "it is leaving");
    assertFalse(stream.remove(17));
    assertEquals(1, system.live());
    submit(stream, 5);
    try (Frame frame = consumer.take()) {
      assertEquals(4, read(frame.mapping()), "who has it keeps it");
    }
    Await.until("destroyed", () -> broker.snapshot().buffers().size() == 1);
    try (Frame frame = consumer.take()) {
      assertEquals(5, read(frame.mapping()));
    }
    submit(stream, 6);
    consumer.take().close();
  }

  @Test
  void aBufferMoreThatTakesLongHoldsNobodyUp() throws Exception {
    BufferStream stream = started(spec -> spec);
    CountDownLatch slow = new CountDownLatch(1);
    system.onAllocate(
        () -> {
          try {
            slow.await();
          } catch (InterruptedException e) {
            throw new HeapException(HeapException.Kind.FAILED, "interrupted");
          }
        });
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    var waiting = start(() -> stream.acquire()).parked();
    one.close();
    assertEquals(one.index(), waiting.result().index());
    slow.countDown();
    Await.until("grown", () -> stream.snapshot().free() == 1);
    other.close();
    assertEquals(SharedBuffer.State.RESIDENT, broker.snapshot().buffers().get(0).state());
  }
}
