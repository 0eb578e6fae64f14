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
import dev.dmabroker.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a stream is looked after, and when that is over. */
class StreamWatchTest extends StreamFixture {
  private final List<Duration> delays = new ArrayList<>();

  /** One beside that of the stream. */
  private StreamWatch watch(ManagedStream stream) {
    return new StreamWatch(
        stream.use, stream.growth, stream.circulation, (delay, work) -> delays.add(delay));
  }

  private void start(StreamWatch watch, ManagedStream stream) {
    stream.life.change(watch::start);
  }

  private boolean isNeeded(ManagedStream stream) {
    return stream.life.locked(after -> watch(stream).isNeeded());
  }

  @Test
  void looksAfterHalfTheShortestTimeThatMatters() {
    ManagedStream stream = stream(spec -> spec.quietTime(Duration.ofMillis(300)));
    start(watch(stream), stream);
    stream.consumer(
        broker.register(DeviceSpec.builder("quick").longestHold(Duration.ofMillis(40)).build()),
        Policy.LATEST);
    start(watch(stream), stream);
    stream.consumer(
        broker.register(DeviceSpec.builder("hasty").longestHold(Duration.ofNanos(1)).build()),
        Policy.LATEST);
    start(watch(stream), stream);
    ManagedStream lazy = stream(spec -> spec.quietTime(Duration.ofHours(1)));
    start(watch(lazy), lazy);
    assertEquals(
        List.of(
            Duration.ofMillis(150),
            Duration.ofMillis(20),
            Duration.ofMillis(1),
            Duration.ofMillis(250)),
        delays);
  }

  @Test
  void oneTimerIsEnough() {
    ManagedStream stream = stream(spec -> spec);
    StreamWatch watch = watch(stream);
    start(watch, stream);
    start(watch, stream);
    assertEquals(1, delays.size());
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
  void whoeverWaitsIsLookedAfter() {
    ManagedStream stream = startedWith(1);
    EmptyFrame frame = stream.acquire();
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    frame.submit();
    assertFalse(isNeeded(stream));
    var waiting = stream.acquireAsync();
    assertTrue(isNeeded(stream));
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
