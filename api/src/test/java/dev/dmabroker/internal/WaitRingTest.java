package dev.dmabroker.internal;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.MapTimeoutException;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WouldDeadlockException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Threads and chains that wait for one another, or for themselves. */
class WaitRingTest extends Fixture {
  private static final Duration LONG = Duration.ofSeconds(30);

  private Device camera;
  private Device display;

  @BeforeEach
  void open() {
    broker.close();
    broker = builder().mapTimeout(LONG).build();
    camera = broker.register(DeviceSpec.named("camera").longestHold(LONG));
    display = broker.register(DeviceSpec.named("display").constraints(CONTIGUOUS));
  }

  @AfterEach
  void nobodyCountsAsWaiting() {
    assertEquals(0, ((BrokerEngine) broker).waits().size());
  }

  /** A buffer that somebody writes to, and that has to move for a stricter device. */
  private final class Moving {
    final SharedBuffer buffer = export();
    final Attachment in = buffer.attach(camera);
    private @Nullable Attachment out;

    Moving() {
      write(in, 1);
    }

    /** Maps in the calling thread, and then begins the move. */
    Mapping drain(Access access) {
      Mapping held = in.map(access);
      out = buffer.attach(display);
      if (access.writes()) {
        Await.until("draining", () -> buffer.state() == DRAINING);
      }
      return held;
    }

    Attachment out() {
      return Objects.requireNonNull(out, "drain first");
    }
  }

  /**
   * Each of so many threads holds one buffer and waits for the next one's: how many were refused.
   */
  private List<WouldDeadlockException> ring(int size) throws Exception {
    List<Moving> buffers = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      buffers.add(new Moving());
    }
    CyclicBarrier all = new CyclicBarrier(size);
    List<Running<WouldDeadlockException>> threads = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Moving own = buffers.get(i);
      Moving next = buffers.get((i + 1) % size);
      threads.add(
          start(
              () -> {
                Mapping held = own.drain(Access.WRITE);
                all.await();
                try (Mapping mapping = next.out().map(Access.READ)) {
                  assertEquals("cma", mapping.heapName());
                  return null;
                } catch (WouldDeadlockException e) {
                  return e;
                } finally {
                  held.close();
                }
              }));
    }
    List<WouldDeadlockException> refused = new ArrayList<>();
    for (Running<WouldDeadlockException> thread : threads) {
      WouldDeadlockException failure = thread.result();
      if (failure != null) {
        refused.add(failure);
      }
    }
    for (Moving each : buffers) {
      each.out().map(Access.READ).close();
      each.in.close();
      each.out().close();
      each.buffer.close();
    }
    return refused;
  }

  @Test
  void ofTwoThreadsThatWaitForEachOtherOneIsToldSo() throws Exception {
    List<WouldDeadlockException> refused = ring(2);
    assertEquals(1, refused.size());
    List<String> edges = refused.get(0).ring();
    assertEquals(2, edges.size());
    for (String edge : edges) {
      assertTrue(
          edge.matches(
              "test-\\d waits to map buffer-\\d for display \\(READ\\), which needs the mapping of"
                  + " buffer-\\d closed that test-\\d made"),
          edge);
    }
    assertSays(refused.get(0), "the wait could never end", edges.get(0), edges.get(1));
  }

  @Test
  void ofThreeThreadsInARingOneIsToldSo() throws Exception {
    List<WouldDeadlockException> refused = ring(3);
    assertEquals(1, refused.size());
    assertEquals(3, refused.get(0).ring().size());
  }

  @Test
  void oneIsToldSoHoweverTheRingCloses() throws Exception {
    // Fails if two who park at the same time may both find the ring.
    for (int i = 0; i < 150; i++) {
      assertEquals(1, ring(2 + i % 2).size());
    }
  }

  @Test
  void whoIsRefusedIsRefusedAtOnceAndTheOthersGoOn() throws Exception {
    Moving first = new Moving();
    Moving second = new Moving();
    Mapping mine = first.drain(Access.WRITE);
    CountDownLatch drained = new CountDownLatch(1);
    var other =
        start(
            () -> {
              Mapping held = second.drain(Access.WRITE);
              drained.countDown();
              long value = read(first.out());
              held.close();
              return value;
            });
    drained.await();
    Await.until(
        "it waits", () -> broker.snapshot().buffers().stream().anyMatch(b -> b.waiting() > 0));
    other.parked();
    var failure = assertThrows(WouldDeadlockException.class, () -> second.out().map(Access.READ));
    assertEquals(2, failure.ring().size());
    assertTrue(failure.ring().get(0).startsWith(Thread.currentThread().getName() + " waits"));
    mine.close();
    assertEquals(1, other.result());
    assertEquals(1, read(second.out()));
  }

  @Test
  void whoTheOldPlaceSuitsIsLetInInstead() throws Exception {
    Moving first = new Moving();
    Moving second = new Moving();
    Mapping mine = first.drain(Access.WRITE);
    CountDownLatch drained = new CountDownLatch(1);
    var other =
        start(
            () -> {
              Mapping held = second.drain(Access.WRITE);
              drained.countDown();
              first.out().map(Access.READ).close();
              held.close();
              return null;
            });
    drained.await();
    Await.until(
        "it waits", () -> broker.snapshot().buffers().stream().anyMatch(b -> b.waiting() > 0));
    other.parked();
    // The camera's place is the old one, which drains; waiting for its end would close the ring.
    try (Mapping mapping = second.in.map(Access.WRITE)) {
      assertEquals("system", mapping.heapName());
    }
    mine.close();
    other.result();
    assertEquals(1, read(second.out()));
  }

  @Test
  void anEvacuationIsPartOfARing() throws Exception {
    Moving first = new Moving();
    Moving second = new Moving();
    Mapping mine = first.drain(Access.WRITE);
    Mapping read = start(() -> second.in.map(Access.READ)).result();
    read.close();
    CountDownLatch mapped = new CountDownLatch(1);
    var other =
        start(
            () -> {
              Mapping held = second.in.map(Access.READ);
              mapped.countDown();
              first.out().map(Access.READ).close();
              held.close();
              return null;
            });
    mapped.await();
    Await.until(
        "it waits", () -> broker.snapshot().buffers().stream().anyMatch(b -> b.waiting() > 0));
    other.parked();
    var failure = assertThrows(WouldDeadlockException.class, () -> second.buffer.evacuate(LONG));
    assertEquals(2, failure.ring().size());
    mine.close();
    other.result();
    second.buffer.evacuate(LONG);
  }

  @Test
  void whoReadsWhatAMoveLeavesBehindHoldsUpNoEvacuation() throws Exception {
    Moving first = new Moving();
    Moving second = new Moving();
    Mapping mine = first.drain(Access.WRITE);
    ScriptedMover.Stop allocation = new ScriptedMover.Stop();
    cma.onAllocate(allocation);
    CountDownLatch mapped = new CountDownLatch(1);
    var other =
        start(
            () -> {
              Mapping held = second.drain(Access.READ);
              mapped.countDown();
              first.out().map(Access.READ).close();
              held.close();
              return null;
            });
    mapped.await();
    allocation.awaitReached();
    awaitWaiter(first);
    other.parked();
    var heap =
        start(
            () -> {
              awaitWaiter(second);
              allocation.goOn();
              return null;
            });
    second.buffer.evacuate(LONG); // Though this thread waits for one that waits for it.
    mine.close();
    heap.result();
    other.result();
  }

  @Test
  void itIsEnoughIfTheOldPlaceSuitsAnyOfTheRing() throws Exception {
    Moving first = new Moving();
    Moving second = new Moving();
    CountDownLatch mine = new CountDownLatch(1);
    Running<Long> suited =
        start(
            () -> {
              try (Mapping unused = first.drain(Access.WRITE)) {
                mine.countDown();
                Await.until("the other drains", () -> second.buffer.state() == DRAINING);
                second.in.map(Access.WRITE).close(); // Stalled by that drain alone.
                return 1L;
              }
            });
    Running<Long> strict =
        start(
            () -> {
              mine.await();
              try (Mapping unused = second.drain(Access.WRITE)) {
                awaitWaiter(second);
                return read(first.out());
              }
            });
    assertEquals(1, suited.result());
    assertEquals(1, strict.result());
  }

  /** Until somebody waits for it. */
  private void awaitWaiter(Moving moving) {
    Await.until(
        "somebody waits",
        () ->
            broker.snapshot().buffers().stream()
                .anyMatch(it -> it.name().equals(moving.buffer.name()) && it.waiting() > 0));
  }

  @Test
  void readersAreNoPartOfARing() throws Exception {
    Moving first = new Moving();
    Moving second = new Moving();
    CyclicBarrier both = new CyclicBarrier(2);
    List<Running<Long>> threads = new ArrayList<>();
    for (List<Moving> pair : List.of(List.of(first, second), List.of(second, first))) {
      threads.add(
          start(
              () -> {
                try (Mapping unused = pair.get(0).drain(Access.READ)) {
                  both.await();
                  return read(pair.get(1).out());
                }
              }));
    }
    for (Running<Long> thread : threads) {
      assertEquals(1, thread.result());
    }
    Await.until("both have moved", () -> events.moved.size() == 2);
  }

  @Test
  void aBlockerThatIsNotParkedMakesNoRing() throws Exception {
    Moving first = new Moving();
    CountDownLatch done = new CountDownLatch(1);
    CountDownLatch drained = new CountDownLatch(1);
    var other =
        start(
            () -> {
              Mapping held = first.drain(Access.WRITE);
              drained.countDown();
              done.await(); // Not in the broker.
              held.close();
              return null;
            });
    drained.await();
    assertThrows(
        MapTimeoutException.class, () -> first.out().map(Access.READ, Duration.ofMillis(1)));
    done.countDown();
    other.result();
    assertEquals(1, read(first.out()));
  }

  @Test
  void aThreadThatWaitedInVainIsForgotten() throws Exception {
    Moving first = new Moving();
    Moving second = new Moving();
    Mapping mine = first.drain(Access.WRITE);
    CountDownLatch drained = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    var other =
        start(
            () -> {
              Mapping held = second.drain(Access.WRITE);
              assertThrows(
                  MapTimeoutException.class,
                  () -> first.out().map(Access.READ, Duration.ofMillis(1)));
              drained.countDown();
              end.await();
              held.close();
              return null;
            });
    drained.await();
    assertThrows(
        MapTimeoutException.class, () -> second.out().map(Access.READ, Duration.ofMillis(1)));
    end.countDown();
    other.result();
    mine.close();
  }

  // ---- Futures ----

  @Test
  void aThreadThatWaitedForAFutureInVainIsForgotten() throws Exception {
    Moving first = new Moving();
    Moving second = new Moving();
    Mapping mine = first.drain(Access.WRITE);
    CountDownLatch drained = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    var other =
        start(
            () -> {
              Mapping held = second.drain(Access.WRITE);
              CompletableFuture<Mapping> future = first.out().mapAsync(Access.READ);
              assertThrows(TimeoutException.class, () -> future.get(1, TimeUnit.MILLISECONDS));
              drained.countDown();
              end.await();
              held.close();
              return future;
            });
    drained.await();
    assertThrows(
        MapTimeoutException.class, () -> second.out().map(Access.READ, Duration.ofMillis(1)));
    end.countDown();
    var future = other.result();
    mine.close();
    future.join().close();
  }

  @Test
  void aThreadThatJoinsAFutureWhichNeedsItsOwnMappingClosedIsToldSo() throws Exception {
    Moving first = new Moving();
    Mapping mine = first.drain(Access.WRITE);
    for (CompletableFuture<Mapping> future :
        List.of(first.out().mapAsync(Access.READ), first.out().mapAsync(Access.READ))) {
      var failure = assertThrows(CompletionException.class, future::join);
      assertInstanceOf(WouldDeadlockException.class, failure.getCause());
    }
    CompletableFuture<Mapping> got = first.out().mapAsync(Access.READ);
    assertInstanceOf(
        WouldDeadlockException.class, assertThrows(ExecutionException.class, got::get).getCause());
    CompletableFuture<Mapping> timed = first.out().mapAsync(Access.READ);
    assertInstanceOf(
        WouldDeadlockException.class,
        assertThrows(ExecutionException.class, () -> timed.get(30, TimeUnit.SECONDS)).getCause());
    CompletableFuture<Mapping> late = first.out().mapAsync(Access.READ);
    mine.close();
    assertEquals(1, read(late.join()));
  }

  @Test
  void joiningAFutureIsPartOfARing() throws Exception {
    Moving first = new Moving();
    Moving second = new Moving();
    Mapping mine = first.drain(Access.WRITE);
    CountDownLatch drained = new CountDownLatch(1);
    var other =
        start(
            () -> {
              Mapping held = second.drain(Access.WRITE);
              CompletableFuture<Mapping> future = first.out().mapAsync(Access.READ);
              drained.countDown();
              future.join().close();
              held.close();
              return null;
            });
    drained.await();
    other.parked();
    assertThrows(WouldDeadlockException.class, () -> second.out().map(Access.READ));
    mine.close();
    other.result();
  }

  @Test
  void aChainThatWouldWaitForItselfIsToldSo() {
    Moving first = new Moving();
    CompletableFuture<Mapping> chain =
        first
            .in
            .mapAsync(Access.WRITE)
            .thenCompose(
                mapping -> {
                  Attachment out = first.buffer.attach(display);
                  return out.mapAsync(Access.READ).whenComplete((m, e) -> mapping.close());
                });
    var failure = assertThrows(ExecutionException.class, () -> chain.get(30, TimeUnit.SECONDS));
    assertInstanceOf(WouldDeadlockException.class, failure.getCause());
    assertSays(Objects.requireNonNull(failure.getCause()), "its own chain");
  }

  @Test
  void aChainThatTheOldPlaceSuitsIsLetIn() throws Exception {
    Moving first = new Moving();
    CompletableFuture<Mapping> chain =
        first
            .in
            .mapAsync(Access.WRITE)
            .thenCompose(
                mapping -> {
                  Attachment unused = first.buffer.attach(display);
                  Await.until("draining", () -> first.buffer.state() == DRAINING);
                  return first.in.mapAsync(Access.WRITE).whenComplete((m, e) -> mapping.close());
                });
    Mapping inner = chain.get(30, TimeUnit.SECONDS);
    assertEquals("system", inner.heapName());
    inner.close();
    Await.until("moved", () -> first.buffer.heapName().orElseThrow().equals("cma"));
  }

  @Test
  void aLongerChainIsLookedAtToItsBeginning() {
    Moving first = new Moving();
    Moving second = new Moving();
    CompletableFuture<Mapping> chain =
        first
            .in
            .mapAsync(Access.WRITE)
            .thenCompose(
                held ->
                    second
                        .in
                        .mapAsync(Access.READ)
                        .thenCompose(
                            more ->
                                first
                                    .buffer
                                    .attach(display)
                                    .mapAsync(Access.READ)
                                    .whenComplete(
                                        (m, e) -> {
                                          more.close();
                                          held.close();
                                        })));
    var failure = assertThrows(ExecutionException.class, () -> chain.get(30, TimeUnit.SECONDS));
    assertInstanceOf(WouldDeadlockException.class, failure.getCause());
  }

  @Test
  void aChainThatClosesWhatItWasGivenFirstGoesOn() throws Exception {
    Moving first = new Moving();
    Mapping inner =
        first
            .in
            .mapAsync(Access.WRITE)
            .thenCompose(
                mapping -> {
                  Attachment out = first.buffer.attach(display);
                  CompletableFuture<Mapping> next = out.mapAsync(Access.READ);
                  mapping.close();
                  return next;
                })
            .get(30, TimeUnit.SECONDS);
    assertEquals(1, read(inner));
    inner.close();
  }

  @Test
  void whatAChainAsksForAfterAnotherInsideItIsItsOwn() throws Exception {
    Moving first = new Moving();
    Moving second = new Moving();
    AtomicReference<@Nullable Mapping> held = new AtomicReference<>();
    CompletableFuture<Mapping> chain =
        first
            .in
            .mapAsync(Access.WRITE)
            .thenCompose(
                mapping -> {
                  held.set(mapping);
                  CompletableFuture<Mapping> inner =
                      second
                          .in
                          .mapAsync(Access.READ)
                          .thenCompose(CompletableFuture::completedFuture);
                  inner.join().close();
                  Attachment out = first.buffer.attach(display);
                  Await.until("draining", () -> first.buffer.state() == DRAINING);
                  return out.mapAsync(Access.READ);
                });
    var failure = assertThrows(ExecutionException.class, () -> chain.get(30, TimeUnit.SECONDS));
    assertInstanceOf(WouldDeadlockException.class, failure.getCause());
    Objects.requireNonNull(held.get()).close();
  }

  @Test
  void whatAThreadAsksForAfterAChainIsNoPartOfIt() throws Exception {
    Moving first = new Moving();
    Thread me = Thread.currentThread();
    // Mapped at once, the chain runs here and now; what it was given is for somebody else to close.
    Mapping held =
        first.in.mapAsync(Access.WRITE).thenCompose(CompletableFuture::completedFuture).get();
    Attachment out = first.buffer.attach(display);
    Await.until("draining", () -> first.buffer.state() == DRAINING);
    var closing =
        start(
            () -> {
              Await.parked(me);
              held.close();
              return null;
            });
    assertEquals(1, read(out.mapAsync(Access.READ).join()));
    closing.result();
  }

  @Test
  void stagesThatSomebodyElseMayFinishAreNotRefused() throws Exception {
    Moving first = new Moving();
    CompletableFuture<Mapping> given = new CompletableFuture<>();
    CompletableFuture<Mapping> asked =
        first
            .in
            .mapAsync(Access.WRITE)
            .thenComposeAsync(
                mapping -> {
                  Attachment out = first.buffer.attach(display);
                  CompletableFuture<Mapping> next = out.mapAsync(Access.READ);
                  given.complete(mapping);
                  return next;
                });
    Mapping mapping = given.get(30, TimeUnit.SECONDS);
    assertFalse(asked.isDone());
    mapping.close();
    Mapping inner = asked.get(30, TimeUnit.SECONDS);
    assertEquals(1, read(inner));
    inner.close();
    Moving second = new Moving();
    CompletableFuture<CompletableFuture<Mapping>> accepted = new CompletableFuture<>();
    CompletableFuture<Mapping> kept = second.in.mapAsync(Access.WRITE);
    CompletableFuture<Void> unused =
        kept.thenAccept(
            held -> accepted.complete(second.buffer.attach(display).mapAsync(Access.READ)));
    CompletableFuture<Mapping> pending = accepted.get(30, TimeUnit.SECONDS);
    assertFalse(pending.isDone());
    kept.get(30, TimeUnit.SECONDS).close();
    assertEquals(1, read(pending.get(30, TimeUnit.SECONDS)));
  }

  @Test
  void whatACallbackClosesIsNotTheAskingThreadsToClose() throws Exception {
    Moving first = new Moving();
    CountDownLatch close = new CountDownLatch(1);
    CompletableFuture<Void> closed =
        first
            .in
            .mapAsync(Access.WRITE)
            .thenAcceptAsync(
                mapping -> {
                  Await.latch(close);
                  mapping.close();
                });
    Attachment out = first.buffer.attach(display);
    Await.until("draining", () -> first.buffer.state() == DRAINING);
    // This thread asked for the mapping that holds up the drain, but a callback closes it.
    assertThrows(MapTimeoutException.class, () -> out.map(Access.READ, Duration.ofMillis(1)));
    close.countDown();
    assertEquals(1, read(out));
    closed.get(30, TimeUnit.SECONDS);
  }

  @Test
  void theOneCallbackThreadMayWaitForAFuture() throws Exception {
    ExecutorService one = Executors.newSingleThreadExecutor();
    try {
      broker.close();
      broker = builder().mapTimeout(LONG).callbackExecutor(one).build();
      Attachment slow = export().attach(broker.register("slow", Constraints.none()));
      Attachment next = export().attach(broker.register("next", Constraints.none()));
      List<Function<CompletableFuture<Mapping>, Mapping>> waits =
          List.of(
              CompletableFuture::join,
              future -> assertDoesNotThrow(() -> future.get()),
              future -> assertDoesNotThrow(() -> future.get(30, TimeUnit.SECONDS)));
      for (var wait : waits) {
        CompletableFuture<Void> chain =
            slow.mapAsync(Access.READ)
                .thenAcceptAsync(
                    mapping -> {
                      CompletableFuture<Mapping> inner = next.mapAsync(Access.READ);
                      Mapping got = wait.apply(inner);
                      assertSame(got, inner.join());
                      assertTrue(got.isOpen());
                      got.close();
                      mapping.close();
                    },
                    one);
        chain.get(30, TimeUnit.SECONDS);
        slow.buffer().unprepare();
        next.buffer().unprepare();
      }
    } finally {
      one.shutdown();
    }
  }

  @Test
  void aFutureThatIsEndedFromOutsideIsNotWaitedForAnyMore() throws Exception {
    Moving first = new Moving();
    Mapping mine = start(() -> first.drain(Access.WRITE)).result();
    CompletableFuture<Mapping> joined = first.out().mapAsync(Access.READ);
    var joining = start(() -> assertThrows(CompletionException.class, joined::join)).parked();
    joined.completeExceptionally(new IllegalStateException("enough"));
    assertSays(joining.result(), "enough");
    CompletableFuture<Mapping> got = first.out().mapAsync(Access.READ);
    var getting = start(() -> assertThrows(ExecutionException.class, got::get)).parked();
    got.completeExceptionally(new IllegalStateException("enough"));
    assertSays(getting.result(), "enough");
    mine.close();
    assertEquals(1, read(first.out()));
    first.buffer.evacuate(LONG); // What was granted to nobody is closed.
  }

  @Test
  void whatAThreadGotFromAFutureIsItsToClose() {
    Moving first = new Moving();
    Mapping mine = first.in.mapAsync(Access.WRITE).join();
    Attachment out = first.buffer.attach(display);
    assertThrows(WouldDeadlockException.class, () -> out.map(Access.READ));
    mine.close();
    assertEquals(1, read(out));
  }
}
