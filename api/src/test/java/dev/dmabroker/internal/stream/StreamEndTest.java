package dev.dmabroker.internal.stream;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BufferStream.State;
import dev.dmabroker.BusyException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.CpuView;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.FenceException;
import dev.dmabroker.Frame;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.event.FrameDropped;
import dev.dmabroker.event.FrameDropped.Reason;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.ScriptedMover;
import dev.dmabroker.testing.SnapshotInvariants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What is under way when a stream stops or closes. */
class StreamEndTest extends StreamFixture {

  /** Submits one frame that waits for its fence, and one that waits for the first. */
  private static void submitBehindAFence(ManagedStream stream) {
    EmptyFrame first = stream.acquire();
    EmptyFrame second = stream.acquire();
    first.submitAfter(FENCE);
    second.submit();
  }

  private static final List<FrameDropped> BOTH_DROPPED =
      List.of(
          new EventRecords.FrameDropped("video", "camera", 0, Reason.STOPPED),
          new EventRecords.FrameDropped("video", "camera", 1, Reason.STOPPED));

  /** A thread that stops it, however long that takes. */
  private Running<State> stopping(ManagedStream stream) {
    return start(
        () -> {
          stream.stop(FOR_EVER);
          return stream.state();
        });
  }

  // ---- Stopping ----

  @Test
  void anIdleStreamStopsAtOnce() throws Exception {
    ManagedStream stream = startedWith(1);
    assertEquals(State.STOPPED, stopping(stream).result());
    stream.start();
    EmptyFrame unused = stream.acquire(); // Not submitted: taken back.
    assertEquals(State.STOPPED, stopping(stream).result());
  }

  @Test
  void whatWasCancelledAndIsClosedAfterwardsIsReturnedOnce() {
    ManagedStream stream = startedWith(1);
    EmptyFrame frame = stream.acquire();
    stream.stop(Duration.ZERO);
    frame.close();
    assertThrows(StreamStoppedException.class, frame::submit);
    stream.start();
    EmptyFrame other = stream.acquire(AT_ONCE);
    assertTrue(stream.tryAcquire().isEmpty());
    other.close();
    assertEquals(1, stream.snapshot().free());
  }

  @Test
  void whatWaitsForAFenceIsDroppedAndReturnedWhenItSignals() {
    ManagedStream stream = startedWith(2);
    stream.consumer(viewer, Policy.EVERY_FRAME);
    submitBehindAFence(stream);
    assertThrows(OutstandingMappingsException.class, () -> stream.stop(Duration.ZERO));
    assertEquals(BOTH_DROPPED, List.copyOf(streamEvents.dropped));
    assertEquals(1, stream.snapshot().free(), "one only waited for the other");
    poller.signal(FENCE);
    assertEquals(2, stream.snapshot().free());
    stream.start();
    stream.acquire().submit();
    assertEquals(1, stream.snapshot().inFlight());
  }

  @Test
  void saysWhetherItIsStoppedOrRunsAgain() {
    ManagedStream stream = startedWith(1);
    EmptyFrame frame = stream.acquire();
    stream.stop(Duration.ZERO);
    assertSays(
        assertThrows(StreamStoppedException.class, frame::submit),
        "cannot submit video-1, which was acquired: stream video is STOPPED; start it");
    stream.start();
    assertSays(
        assertThrows(StreamStoppedException.class, frame::submit),
        "stream video is running again, it was stopped; acquire a buffer of this run");
  }

  @Test
  void saysHowManyWaitForAFence() {
    ManagedStream stream = startedWith(3);
    assertFalse(stream.use.describe().contains("fence"));
    submitBehindAFence(stream);
    assertEquals(
        "of 3 buffers 1 are free, camera holds 0, 2 wait for a fence", stream.use.describe());
  }

  @Test
  void whatIsNotMappedYetWhenItStopsIsReturnedByWhoMapsIt() throws Exception {
    ManagedStream stream = startedWith(1);
    ScriptedMover.Stop stop = moving(stream);
    var waiting = start(() -> stream.acquire(FOR_EVER));
    Await.until("it has the buffer", () -> stream.snapshot().filling() == 1);
    waiting.parked();
    stream.stop(Duration.ZERO);
    stop.goOn();
    assertSays(
        assertThrows(StreamStoppedException.class, waiting::result),
        "cannot acquire a buffer of video");
    assertEquals(1, stream.snapshot().free());
    assertEquals(List.of(), broker.snapshot().buffers().get(0).holders());
  }

  @Test
  void theSameForWhoDoesNotWaitForIt() throws Exception {
    ManagedStream stream = startedWith(1);
    ScriptedMover.Stop stop = moving(stream);
    var waiting = stream.acquireAsync();
    assertEquals(1, stream.snapshot().filling());
    stream.stop(Duration.ZERO);
    stop.goOn();
    assertInstanceOf(
        StreamStoppedException.class,
        assertThrows(ExecutionException.class, () -> waiting.get(30, SECONDS)).getCause());
    assertEquals(1, stream.snapshot().free());
    assertEquals(List.of(), broker.snapshot().buffers().get(0).holders());
  }

  @Test
  void whoStopsWithLessPatienceEndsItForAll() throws Exception {
    ManagedStream stream = startedWith(1);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.acquire().submit();
    Frame held = consumer.take();
    var patient = stopping(stream).parked();
    assertThrows(OutstandingMappingsException.class, () -> stream.stop(Duration.ZERO));
    assertThrows(OutstandingMappingsException.class, patient::result);
    held.close();
  }

  @Test
  void anInterruptOutlastsTheStop() throws Exception {
    ManagedStream stream = startedWith(1);
    stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.acquire().submit();
    var stopping =
        start(
                () -> {
                  assertThrows(WaitInterruptedException.class, () -> stream.stop(FOR_EVER));
                  return Thread.interrupted();
                })
            .parked();
    stopping.thread().interrupt();
    assertTrue(stopping.result());
  }

  @Test
  void theTimeUntilItIsStartedAgainIsNotIdle() {
    ManagedStream stream = startedWith(1);
    stream.stop();
    long stopped = System.nanoTime();
    assertNotNull(stream.use.pool.idleSince(stopped));
    stream.start();
    assertNull(stream.use.pool.idleSince(stopped));
  }

  @Test
  void aStartThatAStopHasOvertakenIsRefused() throws Exception {
    ManagedStream stream = stream(spec -> spec.minBuffers(2).maxBuffers(2));
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    List<Frame> held = new ArrayList<>();
    List<Running<State>> stopping = new ArrayList<>();
    system.onAllocate(
        () ->
            system.onAllocate( // The second buffer, while the first is there.
                () -> {
                  system.onAllocate(() -> {});
                  stream.start();
                  stream.acquire().submit();
                  held.add(consumer.take());
                  stopping.add(stopping(stream).parked());
                }));
    assertSays(assertThrows(BusyException.class, stream::start), "it is being stopped");
    held.get(0).close();
    assertEquals(State.STOPPED, stopping.get(0).result());
  }

  // ---- What a consumer is told while it stops ----

  @Test
  void takersGetTheFrameThatWasBeingSubmittedAsTheStopBegan() throws Exception {
    ManagedStream stream = startedWith(1);
    AttachedConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    EmptyFrame frame = stream.acquire();
    CpuView unused = frame.mapping().cpuView();
    List<Running<State>> stopping = new ArrayList<>();
    system.onEnd(
        () -> {
          system.onEnd(() -> {});
          stopping.add(stopping(stream).parked());
          assertTrue(consumer.tryTake().isEmpty(), "it is not over yet");
        });
    frame.submit();
    consumer.take(AT_ONCE).close();
    assertThrows(StreamStoppedException.class, () -> consumer.take(AT_ONCE));
    assertEquals(State.STOPPED, stopping.get(0).result());
  }

  @Test
  void takersAreToldWhenTheFrameThatWasBeingSubmittedDoesNotCome() throws Exception {
    ManagedStream stream = startedWith(2);
    AttachedConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.acquire().submit();
    Frame held = consumer.take();
    EmptyFrame frame = stream.acquire();
    CpuView unused = frame.mapping().cpuView();
    var taking = start(() -> consumer.take(FOR_EVER)).parked();
    List<Running<State>> stopping = new ArrayList<>();
    system.onEnd(
        () -> {
          stopping.add(stopping(stream).parked());
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        });
    assertThrows(CpuAccessException.class, frame::submit);
    assertThrows(StreamStoppedException.class, taking::result);
    assertEquals(State.STOPPING, stream.state());
    held.close();
    assertEquals(State.STOPPED, stopping.get(0).result());
  }

  @Test
  void takersAreToldAfterTheLastFence() throws Exception {
    ManagedStream stream = startedWith(2);
    AttachedConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submitBehindAFence(stream);
    var stopping = stopping(stream).parked();
    assertTrue(consumer.tryTake().isEmpty(), "two may come");
    var waiting = List.of(consumer.takeAsync(), consumer.takeAsync());
    poller.fail(FENCE, 5);
    assertEquals(1, waiting.get(0).get(30, SECONDS).sequence());
    assertInstanceOf(
        StreamStoppedException.class,
        assertThrows(ExecutionException.class, () -> waiting.get(1).get(30, SECONDS)).getCause());
    assertEquals(State.STOPPING, stream.state());
    waiting.get(0).join().close();
    assertEquals(State.STOPPED, stopping.result());
  }

  // ---- Closing ----

  @Test
  void closingLetsConsumersFinish() throws Exception {
    ManagedStream stream = started(spec -> spec.stopDeadline(FOR_EVER));
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.acquire().submit();
    stream.acquire().submit();
    Frame held = consumer.take();
    var closing =
        start(
                () -> {
                  stream.close();
                  return stream.state();
                })
            .parked();
    held.close();
    consumer.take().close();
    assertEquals(State.CLOSED, closing.result());
    assertEquals(List.of(), List.copyOf(streamEvents.dropped));
  }

  /** The application writes still, so the frame of the closed stream has not ended. */
  @Test
  void aViewThatOutlivesTheStreamIsOfNoneOfItsBuffers() {
    ManagedStream stream = startedWith(2);
    EmptyFrame frame = stream.acquire();
    CpuView view = frame.mapping().cpuView();
    stream.close();
    SnapshotInvariants.check(stream.snapshot());
    assertEquals(0, stream.snapshot().filling());
    assertEquals(1, stream.snapshot().producer().now());
    view.close();
    frame.close();
    SnapshotInvariants.check(stream.snapshot());
    assertEquals(0, stream.snapshot().producer().now());
    Await.until("given back", () -> system.live() == 0);
  }

  @Test
  void aFrameThatOutlivesTheBrokerIsOfNoneOfItsBuffers() {
    ManagedStream stream = startedWith(2);
    EmptyFrame frame = stream.acquire();
    stream.shutDown();
    SnapshotInvariants.check(stream.snapshot());
    assertThrows(ClosedException.class, frame::submit);
    SnapshotInvariants.check(stream.snapshot());
    assertEquals(0, stream.snapshot().producer().now());
  }

  /** The frame comes back to the producer, as its fence was refused, when the buffer is gone. */
  @Test
  void aFenceThatIsRefusedAfterTheEndLeavesNoBuffer() {
    ManagedStream stream = startedWith(2);
    EmptyFrame frame = stream.acquire();
    poller.refuseAfter(stream::shutDown);
    assertThrows(FenceException.class, () -> frame.submitAfter(FENCE));
    SnapshotInvariants.check(stream.snapshot());
  }

  @Test
  void whoTakesFromAClosedStreamIsToldSoEachTime() {
    ManagedStream stream = startedWith(1);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.close();
    for (int i = 0; i < 3; i++) {
      assertSays(
          assertThrows(ClosedException.class, consumer::tryTake),
          "cannot take: stream video is closed");
    }
  }

  @Test
  void aStreamThatHasNoBuffersIsNotResizedByClosing() {
    stream(spec -> spec).close();
    assertTrue(streamEvents.resized.isEmpty());
  }

  @Test
  void closingTheBrokerDropsWhatWaitsForAFence() {
    ManagedStream stream = startedWith(2);
    stream.consumer(viewer, Policy.EVERY_FRAME);
    submitBehindAFence(stream);
    stream.shutDown();
    assertEquals(BOTH_DROPPED, List.copyOf(streamEvents.dropped));
    assertFalse(stream.use.describe().contains("fence"));
    poller.signal(FENCE);
    Await.until("given back", () -> system.live() == 0);
  }

  @Test
  void closingTheBrokerEndsAStopThatWaits() throws Exception {
    ManagedStream stream = startedWith(1);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.acquire().submit();
    Frame held = consumer.take();
    var stopping = stopping(stream).parked();
    stream.shutDown();
    assertEquals(State.CLOSED, stopping.result());
    held.close();
    assertEquals(0, system.live());
  }
}
