package dev.dmabroker.internal.stream;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.Subscription;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.MemoryReleased;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What happens while a buffer more is made, and what a stream does if there can be none. */
class StreamGrowthTest extends StreamFixture {

  /** Has something happen while the next buffer is made. */
  private void whileMaking(Runnable then) {
    system.onAllocate(
        () -> {
          system.onAllocate(() -> {});
          then.run();
        });
  }

  private static List<EmptyFrame> acquire(ManagedStream stream, int count) {
    List<EmptyFrame> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      frames.add(stream.acquire());
    }
    return frames;
  }

  private static int reserved(ManagedStream stream) {
    synchronized (stream.life.lock) {
      return stream.use.pool.reserved();
    }
  }

  // ---- While a buffer is made ----

  @Test
  void whoComesMeanwhileReadsItToo() {
    ManagedStream stream = started(spec -> spec.minBuffers(1));
    stream.consumer(camera, Policy.EVERY_FRAME);
    EmptyFrame first = stream.acquire();
    List<StreamConsumer> late = new ArrayList<>();
    whileMaking(() -> late.add(stream.consumer(viewer, Policy.EVERY_FRAME)));
    EmptyFrame second = stream.acquire();
    assertEquals(
        List.of(List.of("camera", "camera", "viewer"), List.of("camera", "camera", "viewer")),
        attached(),
        "the producer, who was there, and who came, each once");
    second.submit();
    assertEquals(second.index(), late.get(0).take().index());
    first.close();
  }

  @Test
  void whoLeavesMeanwhileIsNotKept() {
    ManagedStream stream = started(spec -> spec.minBuffers(1));
    AttachedConsumer early = stream.consumer(viewer, Policy.EVERY_FRAME);
    StreamConsumer other = stream.consumer(camera, Policy.EVERY_FRAME);
    EmptyFrame first = stream.acquire();
    whileMaking(early::close);
    EmptyFrame second = stream.acquire();
    Await.until(
        "only who is there is attached",
        () -> attached().equals(List.of(List.of("camera", "camera"), List.of("camera", "camera"))));
    assertTrue(stream.use.pool.copy().stream().noneMatch(buffer -> buffer.isAttachedTo(early)));
    second.submit();
    assertEquals(second.index(), other.take().index());
    first.close();
  }

  @Test
  void whoLeavesIsDetachedFromEachBuffer() {
    ManagedStream stream = startedWith(2);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    assertEquals(List.of(List.of("camera", "viewer"), List.of("camera", "viewer")), attached());
    consumer.close();
    assertEquals(List.of(List.of("camera"), List.of("camera")), attached());
  }

  @Test
  void whatIsMadeForAStreamThatWasClosedMeanwhileIsGivenBack() {
    ManagedStream stream = started(spec -> spec.minBuffers(1));
    stream.acquire();
    whileMaking(stream::close);
    var refused = stream.acquireAsync();
    assertThrows(CompletionException.class, refused::join);
    Await.until("it has been made in vain", () -> reserved(stream) == 0);
    Await.until("given back", () -> system.live() == 0 && attached().isEmpty());
    assertEquals(0, stream.snapshot().depth());
    assertEquals(2, system.allocations());
  }

  @Test
  void oneIsMadeForEachThatWaits() {
    ManagedStream stream = started(spec -> spec.minBuffers(1));
    EmptyFrame held = stream.acquire();
    ScriptedMover.Stop stop = new ScriptedMover.Stop();
    system.onAllocate(stop);
    var first = stream.acquireAsync();
    assertEquals(2, reserved(stream));
    assertTrue(stream.tryAcquire().isEmpty());
    assertEquals(2, reserved(stream), "who only tries does not wait");
    var second = stream.acquireAsync();
    assertEquals(3, reserved(stream));
    stop.goOn();
    assertEquals(3, first.join().index() + second.join().index());
    held.close();
  }

  @Test
  void noOtherIsTriedBetweenAFailureAndItsBeingKnown() throws Exception {
    ManagedStream stream = started(spec -> spec.minBuffers(1));
    EmptyFrame held = stream.acquire();
    List<Integer> reserved = new ArrayList<>();
    Subscription unused =
        broker.listen(
            new BrokerListener() {
              @Override
              public void released(MemoryReleased event) {
                reserved.add(reserved(stream));
              }
            },
            Delivery.IN_PLACE);
    whileMaking(
        () -> {
          StreamConsumer late = stream.consumer(viewer, Policy.EVERY_FRAME);
          assertEquals(viewer, late.device());
          viewer.close(); // The buffer cannot be attached to it.
        });
    assertTrue(stream.tryAcquire().isEmpty());
    assertSays(new Exception(Events.next(streamEvents.heldBack).reason()), "viewer is closed");
    assertEquals(List.of(2), reserved, "its place is kept until the reason is");
    assertEquals(1, reserved(stream));
    held.close();
  }

  // ---- How much there is ----

  @Test
  void tellsOfEachBufferMoreAndCountsThoseThatWereNotDeclared() {
    ManagedStream stream = startedWith(2);
    assertEquals(0, stream.snapshot().grown());
    ManagedStream other = started(spec -> spec.maxBuffers(3));
    acquire(other, 3);
    assertEquals(1, other.snapshot().grown());
    awaitResized(5);
    assertEquals(
        List.of(
            new EventRecords.StreamResized("video", 0, 1, SIZE, "declared"),
            new EventRecords.StreamResized("video", 1, 2, 2 * SIZE, "declared"),
            new EventRecords.StreamResized("video", 0, 1, SIZE, "declared"),
            new EventRecords.StreamResized("video", 1, 2, 2 * SIZE, "declared"),
            new EventRecords.StreamResized(
                "video", 2, 3, 3 * SIZE, "the producer would have waited")),
        List.copyOf(streamEvents.resized));
  }

  @Test
  void countsWhatTheMemoryTakesThoughNobodyHasMappedIt() {
    system.shortBy(-4096);
    assertEquals(2 * (SIZE + 4096), startedWith(2).snapshot().sizeBytes());
  }

  @Test
  void countsWhereBuffersAre() {
    ManagedStream stream = startedWith(4);
    stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.acquire().submit();
    acquire(stream, 2);
    StreamState state = stream.snapshot();
    assertEquals(
        List.of(4, 1, 2, 1),
        List.of(state.depth(), state.free(), state.filling(), state.inFlight()));
  }

  @Test
  void keepsOneToFillUnlessTheProducerSaysThatItNeedsNone() {
    Device encoder = broker.register("encoder", Constraints.builder().camping(2).build());
    ManagedStream stream = stream(spec -> spec.minBuffers(1));
    stream.consumer(encoder, Policy.EVERY_FRAME);
    assertEquals(3, stream.snapshot().floor());
    camera = broker.register("generous", Constraints.builder().camping(0).build());
    ManagedStream other = stream(spec -> spec.minBuffers(1));
    other.consumer(encoder, Policy.EVERY_FRAME);
    assertEquals(2, other.snapshot().floor());
  }

  @Test
  void whatIsRemovedWhileItIsHeldIsReplacedWhenItIsReleased() {
    ManagedStream stream = startedWith(2);
    EmptyFrame frame = stream.acquire();
    assertTrue(stream.remove(frame.index()));
    assertEquals(2, stream.snapshot().depth());
    frame.close();
    Await.until("replaced", () -> stream.snapshot().depth() == 2 && system.allocations() == 3);
  }

  @Test
  void givesBackWhatLayIdleForTheQuietTimeAndNoLess() {
    Duration quiet = Duration.ofHours(1);
    ManagedStream stream = started(spec -> spec.minBuffers(1).quietTime(quiet));
    acquire(stream, 3).forEach(EmptyFrame::close);
    awaitResized(3);
    streamEvents.resized.clear();
    long now = System.nanoTime();
    stream.life.change(
        after -> {
          stream.use.pool.restart(now);
          stream.growth.shrink(now + quiet.toNanos() - 1, after);
        });
    assertEquals(3, stream.snapshot().depth());
    stream.life.change(after -> stream.growth.shrink(now + quiet.toNanos(), after));
    assertEquals(1, stream.snapshot().depth(), "what was declared stays");
    assertEquals(2, stream.snapshot().shrunk());
    assertEquals(1, system.live());
    assertEquals(
        List.of(
            new EventRecords.StreamResized("video", 3, 2, 2 * SIZE, "idle for 3600000 ms"),
            new EventRecords.StreamResized("video", 2, 1, SIZE, "idle for 3600000 ms")),
        List.copyOf(streamEvents.resized));
  }

  // ---- If there can be none ----

  @Test
  void aBufferMoreEndsTheShortage() throws Exception {
    system.capacity(2 * SIZE);
    cma.capacity(0);
    ManagedStream stream = started(spec -> spec.quietTime(Duration.ofMillis(2)));
    acquire(stream, 2);
    var waiting = stream.acquireAsync();
    Events.next(streamEvents.heldBack);
    system.capacity(3 * SIZE);
    waiting.get(30, SECONDS);
    assertEquals(0, stream.snapshot().free());
    assertEquals(Optional.empty(), stream.snapshot().heldBack());
  }

  @Test
  void aBufferThatIsHandedOnAtOnceDoesNotEndTheShortage() throws Exception {
    ManagedStream stream = startedWith(1);
    EmptyFrame first = stream.acquire();
    var waiting = stream.acquireAsync();
    first.close();
    EmptyFrame second = waiting.get(30, SECONDS);
    assertEquals(
        Optional.of("it has all the 1 buffers that it may have"), stream.snapshot().heldBack());
    second.close();
    assertEquals(Optional.empty(), stream.snapshot().heldBack());
  }

  @Test
  void whatAnotherConsumerNeedsIsTakenFromNobody() {
    ManagedStream stream = startedWith(1);
    StreamConsumer latest = stream.consumer(viewer, Policy.LATEST);
    StreamConsumer every = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.acquire().submit();
    assertTrue(stream.tryAcquire().isEmpty());
    assertEquals(0, latest.take().sequence());
    assertEquals(0, every.take().sequence());
  }

  @Test
  void whatALatestConsumerHasNotTakenIsLeftToItWhereThereCanBeMore() {
    ManagedStream stream = started(spec -> spec.minBuffers(1).maxBuffers(2));
    StreamConsumer latest = stream.consumer(viewer, Policy.LATEST);
    stream.acquire().submit();
    EmptyFrame grown = stream.acquire();
    assertEquals(1, grown.index());
    assertEquals(0, latest.take().sequence());
  }

  @Test
  void whatALatestConsumerHasNotTakenIsLeftToItWhileABufferMoreIsMade() {
    ManagedStream stream = started(spec -> spec.minBuffers(1).maxBuffers(2));
    StreamConsumer latest = stream.consumer(viewer, Policy.LATEST);
    stream.acquire().submit();
    ScriptedMover.Stop stop = new ScriptedMover.Stop();
    whileMaking(stop::run);
    assertTrue(stream.tryAcquire().isEmpty());
    assertTrue(stream.tryAcquire().isEmpty());
    assertEquals(Optional.empty(), stream.snapshot().heldBack());
    var failure = assertThrows(WaitTimeoutException.class, () -> stream.acquire(AT_ONCE));
    assertSays(failure, "a buffer more is being made");
    stop.goOn();
    assertEquals(1, stream.acquire().index());
    assertEquals(0, latest.take().sequence());
  }

  @Test
  void whatOneConsumerReleasesIsLeftToTheLatestOneWhileABufferMoreIsMade() {
    ManagedStream stream = started(spec -> spec.minBuffers(1).maxBuffers(2));
    StreamConsumer latest = stream.consumer(viewer, Policy.LATEST);
    StreamConsumer every = stream.consumer(camera, Policy.EVERY_FRAME);
    stream.acquire().submit();
    ScriptedMover.Stop stop = new ScriptedMover.Stop();
    whileMaking(stop::run);
    CompletableFuture<EmptyFrame> waiting = stream.acquireAsync();
    every.take().close();
    stop.goOn();
    assertEquals(1, waiting.join().index());
    assertEquals(0, latest.take().sequence());
  }

  @Test
  void whoOnlyTriesIsGivenWhatALatestConsumerHasNotTaken() {
    ManagedStream stream = startedWith(1);
    StreamConsumer latest = stream.consumer(viewer, Policy.LATEST);
    stream.acquire().submit();
    assertTrue(stream.tryAcquire().isPresent());
    assertTrue(latest.tryTake().isEmpty());
    assertEquals(1, stream.snapshot().starved());
  }

  @Test
  void whoIsServedAtOnceHasNotStarved() {
    ManagedStream stream = startedWith(2);
    assertTrue(stream.tryAcquire().isPresent());
    assertFalse(stream.acquireAsync().isCompletedExceptionally());
    assertEquals(0, stream.snapshot().starved());
  }
}
