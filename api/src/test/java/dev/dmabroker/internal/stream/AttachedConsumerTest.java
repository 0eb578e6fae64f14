package dev.dmabroker.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.ClosedException;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.FrameDropped.Reason;
import dev.dmabroker.internal.watch.EventRecords;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a consumer is given, what it is told, and what comes back when no taker wanted it. */
class AttachedConsumerTest extends StreamFixture {
  private final Deque<Runnable> callbacks = new ArrayDeque<>();

  /** From now on futures are completed when the test says so. */
  private void holdCallbacks() {
    open(builder -> builder.callbackExecutor(callbacks::add));
  }

  // ---- Frames that no taker wanted ----

  @Test
  void aFrameThatNobodyGotLetsGoOfItsBuffer() {
    holdCallbacks();
    ManagedStream stream = startedWith(1);
    AttachedConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    var cancelled = consumer.takeAsync();
    submit(stream, 3);
    assertEquals(1, broker.snapshot().buffers().get(0).holders().size());
    cancelled.cancel(false);
    callbacks.remove().run();
    assertEquals(List.of(), broker.snapshot().buffers().get(0).holders());
    assertEquals(0, stream.snapshot().consumers().get(0).holds().now());
    assertEquals(0, stream.snapshot().consumers().get(0).holds().ended(), "nobody has seen it");
    assertEquals(0, consumer.take().sequence());
  }

  @Test
  void aFrameThatNobodyGotIsMappedAnew() {
    holdCallbacks();
    ManagedStream stream = startedWith(1);
    AttachedConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    var cancelled = consumer.takeAsync();
    stream.acquire().submit();
    cancelled.cancel(false);
    callbacks.remove().run();
    assertTrue(stream.use.pool.copy().get(0).buffer().tryEvacuate());
    assertTrue(consumer.tryTake().isEmpty(), "it has no memory just now");
    assertTrue(consumer.take().mapping().isOpen());
  }

  @Test
  void anOldFrameThatNobodyGotIsDroppedWhereTheLatestCounts() {
    holdCallbacks();
    ManagedStream stream = startedWith(2);
    AttachedConsumer consumer = stream.consumer(viewer, Policy.LATEST);
    var first = consumer.takeAsync();
    var second = consumer.takeAsync();
    stream.acquire().submit();
    stream.acquire().submit();
    first.cancel(false);
    second.cancel(false);
    callbacks.removeLast().run();
    callbacks.removeLast().run();
    assertEquals(
        List.of(new EventRecords.FrameDropped("video", "viewer", 0, Reason.SLOW)),
        List.copyOf(streamEvents.dropped));
    assertEquals(1, stream.snapshot().free());
    assertEquals(1, consumer.take().sequence());
  }

  // ---- What it is told ----

  @Test
  void saysWhatItHasInVain() {
    ManagedStream stream = startedWith(2);
    AttachedConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    assertSays(
        assertThrows(WaitTimeoutException.class, () -> consumer.take(AT_ONCE)),
        "cannot take a frame of video for viewer within 1 ms: none was submitted; "
            + "of 2 buffers 2 are free, camera holds 0, viewer holds 0");
    assertFalse(stream.use.describe().contains("queued"));
    stream.acquire().submit();
    assertEquals(
        "of 2 buffers 1 are free, camera holds 0, viewer holds 0 and has 1 queued",
        stream.use.describe());
    consumer.close();
    assertSays(
        assertThrows(ClosedException.class, consumer::take),
        "cannot take a frame of video for viewer: it is detached");
  }

  @Test
  void whoOnlyTriesIsGivenWhatThereIs() {
    ManagedStream stream = startedWith(1);
    AttachedConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    assertTrue(consumer.tryTake().isEmpty());
    stream.acquire().submit();
    assertEquals(0, consumer.tryTake().orElseThrow().sequence());
    assertTrue(consumer.tryTake().isEmpty());
  }

  @Test
  void whoAsksLateToBeToldOfTheEndIsToldAtOnce() {
    ManagedStream stream = startedWith(1);
    AttachedConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    AtomicInteger told = new AtomicInteger();
    consumer.onEnd(told::incrementAndGet);
    assertEquals(0, told.get());
    stream.stop();
    assertTrue(told.getAndSet(0) > 0);
    consumer.onEnd(told::incrementAndGet);
    assertEquals(1, told.getAndSet(0), "no frames come");
    stream.start();
    consumer.onEnd(told::incrementAndGet);
    assertEquals(1, told.getAndSet(0), "the stop is untold");
    assertThrows(RuntimeException.class, consumer::tryTake);
    consumer.onEnd(told::incrementAndGet);
    assertEquals(0, told.get(), "it is told, and frames may come");
    consumer.close();
    assertEquals(1, told.getAndSet(0));
    consumer.onEnd(told::incrementAndGet);
    assertEquals(1, told.get());
  }
}
