package dev.dmabroker.internal.broker;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Mapping;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.WouldDeadlockException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Futures that would wait for what only their own thread or chain can end. */
class WaitRingFutureTest extends WaitRingFixture {
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
        WaitTimeoutException.class, () -> second.out().map(Access.READ, Duration.ofMillis(1)));
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
    assertThrows(WaitTimeoutException.class, () -> out.map(Access.READ, Duration.ofMillis(1)));
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
        assertTrue(slow.buffer().tryEvacuate());
        assertTrue(next.buffer().tryEvacuate());
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
