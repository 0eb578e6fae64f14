package dev.dmabroker.internal.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What threads a broker has, what they do, and how it ends. */
class BrokerEndTest extends Fixture {
  private final Device camera = broker.register("camera", Constraints.none());
  private final Attachment in = export().attach(camera);

  private BrokerEngine engine() {
    return (BrokerEngine) broker;
  }

  // ---- Threads ----

  @Test
  void eachKindOfWorkHasItsThreads() throws Exception {
    assertRunsIn("dmabroker-worker-0", engine().services().workers()::execute);
    assertRunsIn("dmabroker-mover-0", engine().services().workers()::executeCopy);
    assertRunsIn("dmabroker-timer-0", this::schedule);
  }

  private void schedule(Runnable work) {
    Future<?> unused = engine().services().workers().schedule(Duration.ofNanos(1), work);
  }

  private static void assertRunsIn(String name, Consumer<Runnable> executor) throws Exception {
    CompletableFuture<Thread> ran = new CompletableFuture<>();
    executor.accept(() -> ran.complete(Thread.currentThread()));
    Thread thread = ran.get(30, TimeUnit.SECONDS);
    assertEquals(name, thread.getName());
    assertTrue(thread.isDaemon());
  }

  @Test
  void onceItHasClosedWorkIsDoneByWhoAsksAndNothingIsScheduled() throws Exception {
    in.buffer().close();
    in.close();
    broker.close();
    assertRunsHere(engine().services().workers()::execute);
    assertRunsHere(engine().services().workers()::executeCopy);
    AtomicBoolean ran = new AtomicBoolean();
    assertTrue(
        engine().services().workers().schedule(Duration.ofNanos(1), () -> ran.set(true)).isDone());
    assertFalse(ran.get());
  }

  @Test
  void aCallbackThatItsExecutorRefusesIsMadeByWhoWouldHandItOver() {
    in.buffer().close();
    in.close();
    broker.close();
    broker =
        builder()
            .callbackExecutor(
                work -> {
                  throw new RejectedExecutionException("shut down");
                })
            .build();
    assertRunsHere(engine().services().workers()::callback);
  }

  private static void assertRunsHere(Consumer<Runnable> executor) {
    AtomicReference<Thread> ran = new AtomicReference<>();
    executor.accept(() -> ran.set(Thread.currentThread()));
    assertSame(Thread.currentThread(), ran.get());
  }

  @Test
  void timesAreThoseOfTheWall() {
    Instant now = engine().services().time().instant(System.nanoTime());
    assertTrue(Duration.between(now, Instant.now()).abs().toSeconds() < 60, now::toString);
  }

  // ---- Counts ----

  @Test
  void mapsOfBuffersThatAreGoneStillCount() {
    for (int i = 0; i < 3; i++) {
      in.map(Access.READ).close();
    }
    Attachment other = export().attach(camera);
    other.map(Access.READ).close();
    assertEquals(4, broker.snapshot().maps());
    in.buffer().close();
    in.close();
    assertEquals(1, broker.snapshot().buffers().size());
    assertEquals(4, broker.snapshot().maps());
    other.map(Access.READ).close();
    assertEquals(5, broker.snapshot().maps());
  }

  @Test
  void aSetMayBeOfOne() {
    List<SharedBuffer> set = broker.exportSet("frame", BlobSpec.of(1), 1);
    assertEquals(List.of("frame-1"), set.stream().map(SharedBuffer::name).toList());
    assertEquals("buffer-2", export().name(), "after that of this test");
  }

  // ---- The end ----

  @Test
  void closingWaitsUntilTheLastBufferIsGone() throws Exception {
    reopen(Duration.ofMinutes(10));
    Attachment last = export().attach(broker.register("camera", Constraints.none()));
    Mapping held = start(() -> last.map(Access.READ)).result();
    last.close();
    var closing = start(this::close).parked();
    int closed = system.timesClosed();
    held.close();
    closing.result();
    assertEquals(0, system.live());
    assertEquals(closed + 1, system.timesClosed());
  }

  /** A move that is over gives the old memory back on a worker, which the test holds up. */
  private CountDownLatch moveWithMemoryOnItsWayBack() {
    SharedBuffer buffer = export();
    Attachment display = buffer.attach(broker.register("display", Constraints.none()));
    write(display, 1);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    system.onRelease(
        () -> {
          asked.countDown();
          Await.latch(mayEnd);
        });
    Attachment encoder = buffer.attach(broker.register("encoder", CONTIGUOUS));
    encoder.map(Access.READ).close();
    Await.latch(asked);
    encoder.close();
    display.close();
    buffer.close();
    return mayEnd;
  }

  @Test
  void closingWaitsForMemoryThatAWorkerStillGivesBack() throws Exception {
    reopen(Duration.ofMinutes(10));
    CountDownLatch mayEnd = moveWithMemoryOnItsWayBack();
    var closing = start(this::close).parked();
    assertEquals(0, broker.snapshot().buffers().size(), "all buffers are gone");
    mayEnd.countDown();
    closing.result();
    assertEquals(0, system.live());
  }

  @Test
  void memoryThatIsNotBackAtTheDeadlineIsNamedWithItsHeap() {
    CountDownLatch mayEnd = moveWithMemoryOnItsWayBack();
    try {
      var failure = assertThrows(OutstandingMappingsException.class, broker::close);
      assertSays(failure, "after 50 ms memory is still being given back to its heap: system");
      assertEquals(List.of(), failure.holders());
    } finally {
      mayEnd.countDown();
    }
  }

  @Test
  void whoIsInterruptedWhileClosingLearnsWhatIsInUseAndItIsClosedAllTheSame() throws Exception {
    reopen(Duration.ofMinutes(10));
    Attachment last = export().attach(broker.register("camera", Constraints.none()));
    Mapping held = start(() -> last.map(Access.READ)).result();
    var closing =
        start(
            () -> {
              var failure = assertThrows(WaitInterruptedException.class, broker::close);
              assertSays(failure, "1 buffers are still in use: buffer-1", "camera");
              return Thread.interrupted();
            });
    closing.parked().thread().interrupt();
    assertTrue(closing.result(), "it is still interrupted");
    assertThrows(ClosedException.class, this::export);
    int closed = system.timesClosed();
    held.close();
    assertEquals(closed + 1, system.timesClosed());
  }

  private void reopen(Duration closeTimeout) {
    in.buffer().close();
    in.close();
    broker.close();
    broker = builder().closeTimeout(closeTimeout).build();
  }

  private boolean close() {
    broker.close();
    return true;
  }

  @Test
  void closingASecondTimeIsHarmless() {
    try (Mapping held = in.map(Access.READ)) {
      assertThrows(OutstandingMappingsException.class, broker::close);
      broker.close();
      assertTrue(held.isOpen());
    }
  }

  @Test
  void aClosedBrokerMakesNothing() {
    broker.close();
    for (Executable make :
        List.<Executable>of(
            this::export,
            () -> broker.exportSet("set", BlobSpec.of(1), 2),
            () -> broker.register("late", Constraints.none()),
            () -> broker.stream(StreamSpec.of("video", BlobSpec.of(1), camera)))) {
      assertSays(assertThrows(ClosedException.class, make), "the broker is closed");
    }
    assertEquals(List.of(), broker.snapshot().streams());
  }

  @Test
  void aClosedDeviceStreamsNothing() {
    camera.close();
    assertSays(
        assertThrows(
            ClosedException.class,
            () -> broker.stream(StreamSpec.of("video", BlobSpec.of(1), camera))),
        "cannot stream from it: device camera is closed");
    assertEquals(List.of(), broker.snapshot().streams());
  }
}
