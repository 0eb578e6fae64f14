package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BrokerException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.BufferStream.State;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.FenceException;
import dev.dmabroker.Frame;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.FrameDropped;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frames with fences: of the producer, of consumers, and those that fail. */
class StreamFenceTest extends RationedFixture {
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
    var failure = assertThrows(WaitTimeoutException.class, () -> stream.acquire(AT_ONCE));
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
    assertEquals(0, stream.snapshot().submitted());
    filling.submit();
    Frame frame = consumer.take();
    assertEquals(0, frame.sequence(), "what was not submitted has no number");
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
    var waiting = start(() -> late.take(Duration.ofSeconds(2)));
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
}
