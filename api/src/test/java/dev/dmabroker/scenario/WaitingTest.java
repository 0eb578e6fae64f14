package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static dev.dmabroker.SharedBuffer.State.RESIDENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Holder;
import dev.dmabroker.Mapping;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.WouldDeadlockException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Waiting: its order, its ends by interrupt, cancellation and closing, and waiting for oneself. */
class WaitingTest extends Fixture {
  private final Device camera =
      broker.register(DeviceSpec.builder("camera").longestHold(Duration.ofSeconds(30)).build());
  private final Device display = broker.register("display", CONTIGUOUS);
  private final SharedBuffer buffer = export();
  private final Attachment in = buffer.attach(camera);
  private Mapping held;
  private Attachment out;

  /** A buffer with contents that drains until {@link #held} is closed. */
  @BeforeEach
  void drain() throws Exception {
    write(in, 21);
    held = start(() -> in.map(Access.WRITE)).result();
    out = buffer.attach(display);
    Await.until("draining", () -> buffer.state() == DRAINING);
  }

  @Test
  void anInterruptedMapIsNotMapped() throws Exception {
    assertInterruptible(() -> in.map(Access.READ_WRITE));
    assertInterruptible(() -> out.map(Access.READ));
    assertEquals(0, broker.snapshot().buffers().get(0).waiting());
    goOn();
  }

  @Test
  void anInterruptedPrepareChangesNothing() throws Exception {
    assertInterruptible(
        () -> {
          buffer.prepare();
          return null;
        });
    goOn();
  }

  @Test
  void anInterruptedEvacuationKeepsTheContents() throws Exception {
    assertInterruptible(
        () -> {
          buffer.evacuate(Duration.ofSeconds(30)); // Waits for the move to end first.
          return null;
        });
    held.close();
    assertEquals(21, read(out));
    Mapping again = start(() -> in.map(Access.READ)).result();
    var evacuating =
        start(
            () -> {
              buffer.evacuate(Duration.ofSeconds(30));
              return null;
            });
    Await.until("draining", () -> buffer.state() == DRAINING);
    evacuating.parked().thread().interrupt();
    assertThrows(WaitInterruptedException.class, evacuating::result);
    assertEquals(RESIDENT, buffer.state());
    again.close();
    assertEquals(21, read(in));
  }

  @Test
  void anInterruptedCloseOfTheBrokerGivesMemoryBackLater() throws Exception {
    broker = builder().closeTimeout(Duration.ofSeconds(30)).build();
    Attachment mine = export().attach(broker.register("camera", Constraints.none()));
    Mapping out = mine.map(Access.WRITE);
    int before = system.live();
    assertInterruptible(
        () -> {
          broker.close();
          return null;
        });
    out.close();
    assertEquals(before - 1, system.live());
    goOn();
  }

  private void assertInterruptible(Callable<?> wait) throws Exception {
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    var waiting =
        start(
            () -> {
              try {
                return wait.call();
              } finally {
                flag.complete(Thread.currentThread().isInterrupted());
              }
            });
    waiting.parked().thread().interrupt();
    var failure = assertThrows(WaitInterruptedException.class, waiting::result);
    assertSays(failure, "interrupted while");
    assertTrue(flag.get(), "the flag is set again");
  }

  private void goOn() {
    held.close();
    assertEquals(21, read(out));
  }

  @Test
  void tenThousandAsynchronousMapsTakeNoThreads() throws Exception {
    int threads = Thread.activeCount();
    List<CompletableFuture<Mapping>> futures = new ArrayList<>();
    CountDownLatch all = new CountDownLatch(10_000);
    for (int i = 0; i < 10_000; i++) {
      futures.add(out.mapAsync(Access.READ));
      CompletableFuture<Void> unused =
          futures
              .get(i)
              .thenAcceptAsync(
                  mapping -> {
                    mapping.close();
                    all.countDown();
                  },
                  Runnable::run);
    }
    assertEquals(10_000, broker.snapshot().buffers().get(0).waiting());
    assertTrue(Thread.activeCount() <= threads + 4, "no thread for each");
    held.close();
    assertTrue(all.await(30, TimeUnit.SECONDS));
  }

  @Test
  void waitersAreServedInTheOrderInWhichTheyAsked() throws Exception {
    List<Integer> order = new ArrayList<>();
    List<CompletableFuture<Void>> done = new ArrayList<>();
    Broker inOrder =
        builder().callbackExecutor(Runnable::run).closeTimeout(Duration.ofSeconds(30)).build();
    SharedBuffer mine = inOrder.export(buffer.spec());
    Attachment reader =
        mine.attach(
            inOrder.register(
                DeviceSpec.builder("reader").longestHold(Duration.ofSeconds(30)).build()));
    Attachment writer = mine.attach(inOrder.register("writer", Constraints.none()));
    write(reader, 1);
    Mapping first = reader.map(Access.WRITE);
    Attachment strict = mine.attach(inOrder.register("strict", CONTIGUOUS));
    Await.until("draining", () -> mine.state() == DRAINING);
    List<Attachment> who = List.of(reader, writer, strict);
    List<Access> what = List.of(Access.READ_WRITE, Access.WRITE, Access.READ);
    for (int i = 0; i < 300; i++) {
      int number = i;
      done.add(
          who.get(i % 3)
              .mapAsync(what.get(i % 3))
              .thenAccept(
                  mapping -> {
                    order.add(number);
                    mapping.close();
                  }));
    }
    first.close();
    CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
    for (int i = 0; i < 300; i++) {
      assertEquals(i, order.get(i), "readers, writers and the strict one take their turns");
    }
    inOrder.close();
    held.close();
  }

  @Test
  void aCancelledAsynchronousMapLeavesTheQueue() {
    var future = out.mapAsync(Access.READ);
    assertTrue(future.cancel(false));
    assertEquals(0, broker.snapshot().buffers().get(0).waiting());
    goOn();
  }

  @Test
  void anAsynchronousMapEndsAtItsOwnTimeoutAndNamesTheHolders() throws Exception {
    SharedBuffer another = export();
    Attachment first = another.attach(camera);
    Mapping writing = start(() -> first.map(Access.WRITE)).result(); // Not a wait for oneself.
    Attachment late = another.attach(display);
    var future = late.mapAsync(Access.READ, Duration.ofMillis(1));
    var failure = assertThrows(ExecutionException.class, () -> future.get(30, TimeUnit.SECONDS));
    var timedOut = assertInstanceOf(WaitTimeoutException.class, failure.getCause());
    assertEquals(List.of("camera"), timedOut.holders().stream().map(Holder::device).toList());
    writing.close();
    held.close();
    assertThrows(IllegalArgumentException.class, () -> late.mapAsync(Access.READ, Duration.ZERO));
  }

  @Test
  void anAsynchronousMapEndsAtTheDefaultTimeout() throws Exception {
    Broker hasty =
        builder().mapTimeout(Duration.ofMillis(1)).closeTimeout(Duration.ofSeconds(30)).build();
    SharedBuffer mine = hasty.export(buffer.spec());
    Attachment reader =
        mine.attach(
            hasty.register(
                DeviceSpec.builder("reader").longestHold(Duration.ofSeconds(30)).build()));
    Mapping first = start(() -> reader.map(Access.WRITE)).result(); // Not a wait for oneself.
    Attachment strict = mine.attach(hasty.register("strict", CONTIGUOUS));
    Await.until("draining", () -> mine.state() == DRAINING);
    var future = strict.mapAsync(Access.READ);
    var failure = assertThrows(ExecutionException.class, () -> future.get(30, TimeUnit.SECONDS));
    assertInstanceOf(WaitTimeoutException.class, failure.getCause());
    first.close();
    hasty.close();
    held.close();
  }

  @Test
  void aThreadThatWouldWaitForItselfIsToldSo() {
    held.close();
    assertEquals(21, read(out));
    SharedBuffer another = export();
    Attachment mine = another.attach(camera);
    Mapping own = mine.map(Access.WRITE);
    Attachment strict = another.attach(display);
    var failure = assertThrows(WouldDeadlockException.class, () -> strict.map(Access.READ));
    assertSays(failure, "the calling thread has one", "camera for ");
    assertThrows(WouldDeadlockException.class, another::prepare);
    assertThrows(WouldDeadlockException.class, strict::pin);
    assertThrows(WouldDeadlockException.class, () -> another.evacuate(Duration.ofSeconds(1)));
    // But what the old place can serve it serves, as the drain is held up anyway.
    mine.map(Access.READ_WRITE).close();
    var async = strict.mapAsync(Access.READ);
    own.close();
    assertEquals("cma", async.join().heapName());
  }

  @Test
  void detachingEndsTheWaitsOfTheAttachment() throws Exception {
    var waiting = start(() -> out.map(Access.READ)).parked();
    var async = out.mapAsync(Access.READ);
    out.close();
    assertSays(
        assertThrows(ClosedException.class, waiting::result), "display was detached from buffer");
    assertThrows(ExecutionException.class, () -> async.get(30, TimeUnit.SECONDS));
    held.close();
    assertEquals(21, read(in));
  }

  @Test
  void closingTheBrokerEndsEveryWaitAndSaysWhatIsOut() throws Exception {
    var waiting = start(() -> out.map(Access.READ)).parked();
    var async = in.mapAsync(Access.WRITE);
    var failure = assertThrows(OutstandingMappingsException.class, broker::close);
    assertSays(failure, "after 50 ms", "buffer-1 by camera for ");
    assertEquals(1, failure.holders().size());
    assertSays(assertThrows(ClosedException.class, waiting::result), "the broker is closed");
    assertThrows(ExecutionException.class, () -> async.get(30, TimeUnit.SECONDS));
    broker.close();
    assertThrows(ClosedException.class, () -> in.map(Access.READ));
    assertThrows(ClosedException.class, () -> in.tryMap(Access.READ));
    assertThrows(ClosedException.class, () -> buffer.attach(camera));
    assertThrows(ClosedException.class, this::export);
    assertThrows(ClosedException.class, () -> broker.register("x", CONTIGUOUS));
    assertEquals(1, system.live());
    assertEquals(0, system.timesClosed());
    assertEquals(21, read(held), "what is mapped stays usable");
    held.close();
    Await.until("given back", () -> system.live() == 0 && cma.live() == 0);
    assertEquals(1, system.timesClosed());
    assertEquals(1, cma.timesClosed());
  }

  @Test
  void closingTheBrokerWaitsForMappings() throws Exception {
    held.close();
    assertEquals(21, read(out));
    Await.until("the old memory is back", () -> system.live() == 0);
    broker.close();
    broker = builder().closeTimeout(Duration.ofSeconds(30)).build();
    Attachment mine = export().attach(broker.register("camera", Constraints.none()));
    Mapping last = mine.map(Access.WRITE);
    var closing =
        start(
            () -> {
              broker.close();
              return null;
            });
    closing.parked();
    assertFalse(closing.task().isDone());
    last.close();
    closing.result();
    assertEquals(0, system.live());
  }
}
