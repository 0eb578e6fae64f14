package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BudgetExceededException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.BufferStream.State;
import dev.dmabroker.BusyException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.FenceException;
import dev.dmabroker.Frame;
import dev.dmabroker.MapTimeoutException;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.event.FrameDropped;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.internal.EventRecords;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedMover;
import dev.dmabroker.testing.ScriptedPoller;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams whose parties, heaps and fences fail, and buffers that pass between groups. */
class StreamFaultTest extends Fixture {
  private static final Duration AT_ONCE = Duration.ofMillis(1);
  private static final SyncFile FENCE = new SyncFile(7);
  private static final SyncFile OTHER = new SyncFile(8);

  private final ScriptedPoller poller = new ScriptedPoller();
  private final ScriptedMover mover = new ScriptedMover();
  private Device camera;
  private Device viewer;

  @BeforeEach
  void open() {
    broker.close();
    broker = builder().build();
    register();
  }

  @Override
  protected Broker.Builder builder() {
    // Called by the super class's constructor too, before the fields are there.
    Broker.Builder builder = super.builder().budget("rationed", 2 * SIZE + 1);
    if (poller != null) {
      builder.fencePoller(poller).mover(mover);
    }
    return builder;
  }

  private void register() {
    camera = broker.register("camera", Constraints.none());
    viewer = broker.register("viewer", Constraints.none());
  }

  private BufferStream started(UnaryOperator<StreamSpec> how) {
    BufferStream stream =
        broker.stream(how.apply(StreamSpec.of("video", BlobSpec.of(SIZE), camera)));
    stream.start();
    return stream;
  }

  // ---- Fences ----

  @Test
  void aFrameIsHandedOnWhenTheProducersFenceSignalsAndNotBeforeThoseSubmittedEarlier() {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    EmptyFrame first = stream.acquire();
    EmptyFrame second = stream.acquire();
    EmptyFrame third = stream.acquire();
    first.submitAfter(FENCE);
    second.submit();
    third.submitAfter(OTHER);
    assertTrue(consumer.tryTake().isEmpty());
    assertFalse(first.mapping().isOpen());
    assertThrows(ClosedException.class, first::submit);
    poller.signal(OTHER);
    assertTrue(consumer.tryTake().isEmpty());
    poller.signal(FENCE);
    for (int i = 0; i < 3; i++) {
      try (Frame frame = consumer.take()) {
        assertEquals(i, frame.sequence());
      }
    }
    assertEquals(3, stream.snapshot().free());
  }

  @Test
  void aFenceThatSignalsAtOnce() {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    poller.signalsAtOnce = true;
    stream.acquire().submitAfter(FENCE);
    Frame frame = consumer.take();
    frame.closeAfter(FENCE);
    frame.close();
    assertEquals(2, stream.snapshot().free());
    assertThrows(ClosedException.class, () -> frame.closeAfter(FENCE));
  }

  @Test
  void aFrameWhoseFenceFailsIsDropped() throws Exception {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.acquire().submitAfter(FENCE);
    poller.fail(FENCE, 5);
    stream.acquire().submit();
    assertEquals(1, consumer.take().sequence());
    assertEquals(
        new EventRecords.FrameDropped("video", "camera", 0, FrameDropped.Reason.FAILED),
        Events.next(streamEvents.dropped));
    assertEquals(1, stream.snapshot().failed());
  }

  @Test
  void aReaderWithAFenceKeepsTheBufferUntilItSignals() {
    BufferStream stream = started(spec -> spec.maxBuffers(2));
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.acquire().submit();
    Frame frame = consumer.take();
    frame.closeAfter(FENCE);
    frame.close();
    assertFalse(frame.mapping().isOpen());
    EmptyFrame other = stream.acquire();
    var failure = assertThrows(MapTimeoutException.class, () -> stream.acquire(AT_ONCE));
    assertTrue(failure.holders().stream().anyMatch(holder -> holder.fenced()));
    other.close();
    var late = assertThrows(OutstandingMappingsException.class, () -> stream.stop(AT_ONCE));
    assertTrue(late.holders().get(0).fenced());
    poller.signal(FENCE);
    assertEquals(2, stream.snapshot().free());
  }

  @Test
  void aFenceThatCannotBeWaitedForLeavesTheFrameOpen() {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    EmptyFrame filling = stream.acquire();
    poller.refuse();
    assertThrows(FenceException.class, () -> filling.submitAfter(FENCE));
    assertTrue(filling.mapping().isOpen());
    assertEquals(1, stream.snapshot().filling());
    filling.submit();
    Frame frame = consumer.take();
    assertThrows(FenceException.class, () -> frame.closeAfter(FENCE));
    assertTrue(frame.mapping().isOpen());
    frame.close();
    assertEquals(2, stream.snapshot().free());
  }

  @Test
  void whatIsClosedWhileItsFenceIsRefusedIsClosed() {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    EmptyFrame filling = stream.acquire();
    poller.refuseAfter(filling::close);
    assertThrows(FenceException.class, () -> filling.submitAfter(FENCE));
    assertFalse(filling.mapping().isOpen());
    assertEquals(2, stream.snapshot().free());
    stream.acquire().submit();
    Frame frame = consumer.take();
    poller.refuseAfter(frame::close);
    assertThrows(FenceException.class, () -> frame.closeAfter(FENCE));
    assertFalse(frame.mapping().isOpen());
    assertEquals(2, stream.snapshot().free());
    assertThrows(ClosedException.class, () -> frame.closeAfter(FENCE));
  }

  @Test
  void whatIsStoppedWhileItsFenceIsRefusedIsCancelled() throws Exception {
    BufferStream stream = started(spec -> spec);
    EmptyFrame filling = stream.acquire();
    List<Running<State>> stopping = new ArrayList<>();
    poller.refuseAfter(
        () ->
            stopping.add(
                start(
                        () -> {
                          stream.stop(Duration.ofSeconds(30));
                          return stream.state();
                        })
                    .parked()));
    assertThrows(FenceException.class, () -> filling.submitAfter(FENCE));
    assertEquals(State.STOPPED, stopping.get(0).result());
    assertEquals(2, stream.snapshot().free());
    assertThrows(StreamStoppedException.class, filling::submit);
    filling.close();
    assertEquals(2, stream.snapshot().free());
  }

  @Test
  void aFrameOfTheTimeBeforeAStopIsNotPutBackAfterIt() throws Exception {
    BufferStream stream = started(spec -> spec);
    ScriptedMover.Stop stop = new ScriptedMover.Stop();
    cma.onAllocate(stop);
    Device display = broker.register("display", CONTIGUOUS);
    StreamConsumer late = stream.consumer(display, Policy.EVERY_FRAME);
    stop.awaitReached();
    stream.acquire().submit();
    var waiting = start(() -> late.take(Duration.ofMillis(300)));
    Await.until("it is taken", () -> stream.snapshot().consumers().get(0).holds().now() == 1);
    stream.stop(AT_ONCE);
    stream.start();
    assertThrows(BrokerException.class, waiting::result);
    assertEquals(0, stream.snapshot().consumers().get(0).queued());
    assertEquals(stream.snapshot().depth(), stream.snapshot().free());
    stop.goOn();
  }

  @Test
  void stopDoesNotWaitForAFenceThatNeverSignals() {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.acquire().submitAfter(FENCE);
    var failure = assertThrows(OutstandingMappingsException.class, () -> stream.stop(AT_ONCE));
    assertEquals("camera", failure.holders().get(0).device());
    assertThrows(StreamStoppedException.class, consumer::take);
    stream.start();
    poller.signal(FENCE);
    assertTrue(consumer.tryTake().isEmpty(), "it was of the time before");
    assertEquals(2, stream.snapshot().free());
  }

  // ---- Parties that misbehave ----

  @Test
  void aProducerThatNeverSubmitsIsNamed() throws Exception {
    Device stuck = broker.register(DeviceSpec.named("stuck").longestHold(Duration.ofMillis(2)));
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
        });
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
        assertThrows(MapTimeoutException.class, () -> stream.acquire(Duration.ofMillis(100)));
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
  void theProducersBudgetLimitsTheStream() {
    Device rationed = broker.register("rationed", Constraints.none());
    BufferStream stream = broker.stream(StreamSpec.of("video", BlobSpec.of(SIZE), rationed));
    stream.start();
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    var failure =
        assertThrows(MapTimeoutException.class, () -> stream.acquire(Duration.ofMillis(200)));
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

  // ---- Trust ----

  @Test
  void aBufferThatPassesToAnotherGroupIsScrubbed() {
    BufferStream stream = started(spec -> spec.minBuffers(1));
    StreamConsumer same = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 77);
    same.take().close();
    EmptyFrame again = stream.acquire();
    try (CpuView view = again.mapping().cpuView()) {
      assertEquals(77, view.bytes().getLong(0), "nobody new, nothing done");
    }
    Device stranger = broker.register(DeviceSpec.named("stranger").group("others"));
    StreamConsumer other = stream.consumer(stranger, Policy.EVERY_FRAME);
    again.submit();
    try (Frame frame = same.take()) {
      assertEquals(1, frame.sequence());
    }
    assertTrue(other.tryTake().isEmpty(), "it was acquired before and shows what it must not");
    same.close();
    assertEquals(0, stream.snapshot().scrubbed());
    EmptyFrame clean = stream.acquire();
    try (CpuView view = clean.mapping().cpuView()) {
      for (int i = 0; i < SIZE; i += 8) {
        assertEquals(0, view.bytes().getLong(i));
      }
    }
    clean.submit();
    other.take().close();
    long scrubbed = stream.snapshot().scrubbed();
    assertTrue(scrubbed > 0);
    submit(stream, 5);
    other.take().close();
    assertEquals(scrubbed, stream.snapshot().scrubbed(), "once for a buffer");
    other.close();
    submit(stream, 6);
    StreamConsumer back = stream.consumer(stranger, Policy.EVERY_FRAME);
    submit(stream, 7);
    back.take().close();
    assertTrue(stream.snapshot().scrubbed() > scrubbed, "who was away has missed something");
  }

  @Test
  void whatCannotBeScrubbedIsReplaced() throws Exception {
    BufferStream stream = started(spec -> spec.minBuffers(1));
    submit(stream, 77);
    Device stranger = broker.register(DeviceSpec.named("stranger").group("others"));
    StreamConsumer other = stream.consumer(stranger, Policy.EVERY_FRAME);
    system.onBegin(
        () -> {
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        });
    int before = system.allocations();
    EmptyFrame frame = stream.acquire();
    assertTrue(system.allocations() > before);
    Await.until("destroyed", () -> system.live() == stream.snapshot().depth());
    system.onBegin(() -> {});
    frame.submit();
    assertEquals(0, firstWord(other));
    EmptyFrame async = stream.acquireAsync().get(30, java.util.concurrent.TimeUnit.SECONDS);
    async.close();
  }

  @Test
  void aBufferThatWasGivenBackBeforeItWasScrubbedIsScrubbedWhenItIsNext() {
    BufferStream stream = started(spec -> spec.minBuffers(1).maxBuffers(1));
    submit(stream, 77);
    Device stranger = broker.register(DeviceSpec.named("stranger").group("others"));
    StreamConsumer other = stream.consumer(stranger, Policy.EVERY_FRAME);
    ScriptedMover.Stop stop = mover.stopCopy();
    stream.consumer(broker.register("display", CONTIGUOUS), Policy.LATEST);
    stop.awaitReached();
    assertThrows(MapTimeoutException.class, () -> stream.acquire(AT_ONCE), "it is on the move");
    stop.goOn();
    Await.until(
        "moved with its contents",
        () -> broker.snapshot().buffers().get(0).heap().equals(Optional.of("cma")));
    stream.acquire().submit();
    assertEquals(0, firstWord(other));
    assertEquals(1, stream.snapshot().scrubbed());
  }

  @Test
  void anErrorWhileABufferIsScrubbedCostsThatBufferAlone() {
    BufferStream stream = started(spec -> spec.minBuffers(1));
    submit(stream, 77);
    Device stranger = broker.register(DeviceSpec.named("stranger").group("others"));
    StreamConsumer other = stream.consumer(stranger, Policy.EVERY_FRAME);
    system.onBegin(
        () -> {
          throw new LinkageError("a test");
        });
    EmptyFrame frame = stream.acquire();
    system.onBegin(() -> {});
    frame.submit();
    assertEquals(0, firstWord(other));
    StreamState state = stream.snapshot();
    assertEquals(state.depth(), state.free(), "nothing is held by nobody");
  }

  private static long firstWord(StreamConsumer consumer) {
    try (Frame frame = consumer.take();
        CpuView view = frame.mapping().cpuView()) {
      return view.bytes().getLong(0);
    }
  }

  @Test
  void theAllocationThatFailsIsSaid() {
    system.capacity(0);
    cma.capacity(0);
    BufferStream stream = broker.stream(StreamSpec.of("video", BlobSpec.of(SIZE), camera));
    assertSays(assertThrows(AllocationException.class, stream::start), "video-1", "ENOMEM");
  }
}
