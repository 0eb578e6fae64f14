package dev.dmabroker.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.FenceException;
import dev.dmabroker.Frame;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.event.Overheld;
import dev.dmabroker.event.Overheld.Excess;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When a stream is looked after, and when that is over. */
class StreamWatchTest extends StreamFixture {
  /** How long nothing is due. */
  private static Duration left(ManagedStream stream) {
    synchronized (stream.life.lock) {
      return Duration.ofNanos(stream.watch.left(stream.life.now(), StreamWatch.NEVER));
    }
  }

  private static boolean isNeeded(ManagedStream stream) {
    return left(stream).toNanos() < StreamWatch.NEVER;
  }

  private Device holding(Duration longestHold) {
    return broker.register(DeviceSpec.builder("holding").longestHold(longestHold).build());
  }

  private static void assertWithin(Duration most, ManagedStream stream) {
    Duration left = left(stream);
    assertTrue(left.compareTo(most) <= 0, () -> left + " instead of " + most + " at most");
    assertTrue(left.compareTo(most.minusMinutes(1)) > 0, () -> left + " instead of " + most);
  }

  @Test
  void nothingIsDueBeforeTheShortestHoldIsOver() {
    camera = holding(Duration.ofHours(2));
    ManagedStream stream = startedWith(2);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    EmptyFrame filling = stream.acquire();
    assertWithin(Duration.ofHours(2), stream);
    filling.close();
    consumer.close();
    assertFalse(isNeeded(stream));
  }

  @Test
  void nothingIsDueBeforeTheQuietTimeIsOver() {
    ManagedStream stream = started(spec -> spec.minBuffers(1).quietTime(Duration.ofHours(3)));
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    one.close();
    other.close();
    assertWithin(Duration.ofHours(3), stream);
  }

  @Test
  void aStreamThatIsClosedHasNoTimer() {
    camera = holding(FOR_EVER);
    ManagedStream stream = startedWith(1);
    EmptyFrame unused = stream.acquire();
    assertEquals(1, stream.life.buffers.services().workers().scheduled());
    stream.close();
    assertEquals(0, stream.life.buffers.services().workers().scheduled());
  }

  @Test
  void thereIsNothingToDoForWhatLiesStill() {
    ManagedStream stream = startedWith(2);
    stream.consumer(viewer, Policy.EVERY_FRAME);
    assertFalse(isNeeded(stream));
    stream.acquire().submit();
    assertFalse(isNeeded(stream), "what is queued is held by nobody");
  }

  @Test
  void whatIsHeldIsLookedAfter() {
    ManagedStream stream = startedWith(2);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    EmptyFrame filling = stream.acquire();
    assertTrue(isNeeded(stream));
    filling.submit();
    Frame frame = consumer.take();
    assertTrue(isNeeded(stream));
    assertThrows(OutstandingMappingsException.class, () -> stream.stop(Duration.ZERO));
    assertTrue(isNeeded(stream), "though it is stopped");
    frame.close();
    assertFalse(isNeeded(stream));
  }

  @Test
  void aProducerThatWaitsIsServedByWhatChangesUnlessHeapsRefused() {
    ManagedStream full = startedWith(1);
    EmptyFrame frame = full.acquire();
    StreamConsumer consumer = full.consumer(viewer, Policy.EVERY_FRAME);
    frame.submit();
    var waiting = full.acquireAsync();
    assertFalse(isNeeded(full), "its limit does not pass with time");
    waiting.cancel(false);
    consumer.close();
  }

  @Test
  void aProducerThatHeapsRefusedIsLookedAfterWhenTheyMayBeAskedAgain() {
    ManagedStream stream = started(spec -> spec.minBuffers(1).quietTime(Duration.ofHours(3)));
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.acquire().submit();
    system.refuse(HeapException.Kind.FULL);
    cma.refuse(HeapException.Kind.FULL);
    var waiting = stream.acquireAsync();
    Await.until("refused", () -> stream.snapshot().refused() > 0);
    assertWithin(Duration.ofHours(3), stream);
    waiting.cancel(false);
    assertFalse(isNeeded(stream));
    consumer.close();
  }

  @Test
  void buffersBeyondThoseDeclaredAreLookedAfterWhileItRuns() {
    ManagedStream stream = started(spec -> spec.minBuffers(1));
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    one.close();
    other.close();
    assertTrue(isNeeded(stream));
    stream.stop();
    assertFalse(isNeeded(stream));
  }

  // ---- What is held too long, or too many of ----

  @Test
  void whatWasHeldTooLongIsToldWhenItEndsIfNotBefore() {
    camera = broker.register(DeviceSpec.builder("hasty").longestHold(Duration.ofNanos(1)).build());
    ManagedStream stream = startedWith(1);
    StreamConsumer consumer = stream.consumer(camera, Policy.EVERY_FRAME);
    for (int i = 0; i < 10; i++) {
      stream.acquire().submit();
      consumer.take().close();
    }
    Await.until("all are told", () -> streamEvents.overheld.size() == 20);
    assertTrue(streamEvents.overheld.stream().allMatch(event -> event.excess() == Excess.TOO_LONG));
    assertEquals(10, stream.snapshot().producer().overheld());
    assertEquals(10, stream.snapshot().consumers().get(0).holds().overheld());
  }

  @Test
  void aFrameThatWasQueuedForLongIsLookedAfterOnceItIsTaken() {
    viewer = broker.register(DeviceSpec.builder("quick").longestHold(Duration.ofMillis(4)).build());
    ManagedStream stream = startedWith(1);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.acquire().submit();
    Await.until(
        "what is queued needs no look",
        () -> stream.life.buffers.services().workers().scheduled() == 0);
    Frame frame = consumer.take();
    Await.until("told while it is held", () -> !streamEvents.overheld.isEmpty());
    assertEquals("quick", streamEvents.overheld.remove().device());
    frame.close();
  }

  private Device holdingOne() {
    return broker.register(
        DeviceSpec.builder("still")
            .constraints(Constraints.builder().camping(1).build())
            .longestHold(FOR_EVER)
            .build());
  }

  @Test
  void aProducerThatFillsMoreThanItDeclaredIsTold() {
    camera = holdingOne();
    ManagedStream stream = startedWith(2);
    stream.acquire();
    assertTrue(streamEvents.overheld.isEmpty());
    stream.acquire();
    Overheld event = streamEvents.overheld.remove();
    assertEquals(
        "TOO_MANY of still: 2 instead of 1",
        event.excess()
            + " of "
            + event.device()
            + ": "
            + event.count()
            + " instead of "
            + event.camping());
  }

  @Test
  void aFrameThatCouldNotBeSubmittedCountsAgain() {
    camera = holdingOne();
    ManagedStream stream = startedWith(2);
    EmptyFrame frame = stream.acquire();
    poller.refuseAfter(stream::acquire);
    assertThrows(FenceException.class, () -> frame.submitAfter(FENCE));
    assertEquals(2, streamEvents.overheld.remove().count());
    assertEquals(2, stream.snapshot().filling());
  }
}
