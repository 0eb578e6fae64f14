package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static dev.dmabroker.SharedBuffer.State.MOVING;
import static dev.dmabroker.SharedBuffer.State.PREPARING;
import static dev.dmabroker.SharedBuffer.State.RESIDENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.MemoryAllocated;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedHeap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A stricter device attaches later. */
class MoveTest extends Fixture {
  private final Device camera =
      broker.register(DeviceSpec.builder("camera").longestHold(Duration.ofSeconds(30)).build());
  private final Device display = broker.register("display", CONTIGUOUS);

  @Test
  void theBufferMovesWithItsContents() throws Exception {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 11);
    List<Long> told = new CopyOnWriteArrayList<>();
    Subscription unused = in.onMove(told::add);
    Attachment out = buffer.attach(display);
    assertEquals(11, read(out));
    assertEquals(11, read(in));
    assertEquals(Optional.of("cma"), buffer.heapName());
    BufferMove move = Events.next(events.moved);
    assertEquals("system", move.from());
    assertEquals(Optional.of("cma"), move.to());
    assertEquals(BufferMove.Cause.ATTACH, move.cause());
    assertEquals("display", move.beneficiary());
    assertEquals(2, move.generation());
    assertEquals(SIZE, move.copiedBytes());
    Await.until("told", () -> told.equals(List.of(2L)));
    Await.until("the old memory is given back", () -> system.live() == 0);
  }

  @Test
  void outstandingMappingsAreDrainedWhileNewOnesStall() throws Exception {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 1);
    Mapping held = in.map(Access.WRITE);
    Attachment out = buffer.attach(display);
    Await.until("draining", () -> buffer.state() == DRAINING);
    assertTrue(in.tryMap(Access.WRITE).isEmpty());
    var stalled = start(() -> in.map(Access.READ_WRITE)).parked();
    var strict = out.mapAsync(Access.READ);
    assertEquals("system", held.heapName());
    try (CpuView view = held.cpuView()) {
      for (int i = 0; i < SIZE; i += 8) {
        view.bytes().putLong(i, 2 + i); // Written during the drain, and not to be lost.
      }
    }
    held.close();
    try (Mapping mapping = stalled.result()) {
      assertEquals("cma", mapping.heapName());
      assertEquals(2, read(mapping));
    }
    strict.get(30, TimeUnit.SECONDS).close();
    assertTrue(Events.next(events.stalled).granted());
  }

  @Test
  void aMappingMayBeClosedByAnotherThread() throws Exception {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    Mapping held = in.map(Access.WRITE);
    Attachment out = buffer.attach(display);
    var strict = out.mapAsync(Access.READ);
    start(
            () -> {
              held.close();
              return null;
            })
        .result();
    strict.get(30, TimeUnit.SECONDS).close();
  }

  @Test
  void pastTheDeadlineTheMoveIsRolledBackAndTriedAgain() throws Exception {
    Device slow =
        broker.register(DeviceSpec.builder("slow").longestHold(Duration.ofMillis(1)).build());
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(slow);
    write(in, 3);
    Mapping held = in.map(Access.WRITE);
    Attachment out = buffer.attach(display);
    BufferMove rolledBack = Events.next(events.rolledBack);
    assertEquals("slow", rolledBack.holders().get(0).device());
    assertTrue(rolledBack.failure().orElseThrow().contains("still out 1 ms after"));
    var strict = out.mapAsync(Access.READ);
    // In the meantime the pipeline goes on in the old place.
    start(() -> in.map(Access.READ, Duration.ofSeconds(30))).result().close();
    held.close();
    Mapping mapping;
    try {
      mapping = strict.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      mapping = out.map(Access.READ); // All attempts were over before the mapping was closed.
    }
    assertEquals("cma", mapping.heapName());
    assertEquals(3, read(mapping));
    mapping.close();
    Await.until("given back", () -> system.live() == 0);
  }

  @Test
  void theErrorNamesWhoHeldUpTheMove() throws Exception {
    Device slow =
        broker.register(DeviceSpec.builder("slow").longestHold(Duration.ofMillis(1)).build());
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(slow);
    write(in, 3);
    Mapping held = start(() -> in.map(Access.WRITE)).result();
    Attachment out = buffer.attach(display);
    var failure = assertThrows(MoveFailedException.class, () -> mapUntilItFails(out));
    assertSays(
        failure,
        "cannot move",
        "out of system to cma for display",
        "outstanding=1 (slow for ",
        "(WRITE, by test-0)",
        "attempt 3 of 3");
    assertEquals(1, failure.holders().size());
    assertEquals(RESIDENT, buffer.state());
    assertEquals(3, read(in));
    Await.until("what was prepared is given back", () -> cma.live() == 0);
    held.close();
    assertEquals(3, read(out), "a new wish starts over");
  }

  private static void mapUntilItFails(Attachment out) {
    out.map(Access.READ, Duration.ofSeconds(30)).close();
  }

  @Test
  void aMapThatIsNotServedInTimeSaysWhoHoldsWhat() throws Exception {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    Mapping held = start(() -> in.map(Access.WRITE)).result();
    Attachment out = buffer.attach(display);
    Await.until("draining", () -> buffer.state() == DRAINING);
    var failure =
        assertThrows(WaitTimeoutException.class, () -> out.map(Access.READ, Duration.ofMillis(1)));
    assertSays(
        failure, "for display (READ) within 1 ms: state=DRAINING, outstanding=1 (camera for ");
    assertFalse(Events.next(events.stalled).granted());
    held.close();
    out.map(Access.READ).close();
  }

  @Test
  void noRoomElsewhereLeavesTheBufferWhereItIs() {
    cma.capacity(0);
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 8);
    Attachment out = buffer.attach(display);
    var failure = assertThrows(MoveFailedException.class, () -> out.map(Access.READ));
    assertSays(failure, "cma: ENOMEM");
    assertEquals(8, read(in));
    cma.capacity(Long.MAX_VALUE);
    assertEquals(8, read(out));
  }

  @Test
  void whatNoHeapCanServeIsRefusedAtOnceAndChangesNothing() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 8);
    Device odd = broker.register("odd", Constraints.builder().contiguous().addressBits(24).build());
    var failure = assertThrows(UnsatisfiableException.class, () -> buffer.attach(odd));
    assertSays(
        failure,
        "cannot attach odd",
        "system: odd's contiguous",
        "cma: odd's addressBits (the device needs addresses of 24 bits; the heap has 32");
    assertEquals(2, failure.plan().passedOver().size());
    assertEquals(List.of("camera"), broker.snapshot().buffers().get(0).attached());
    assertEquals(8, read(in));
    assertEquals(RESIDENT, buffer.state());
  }

  @Test
  void aDeviceThatAttachesWhileMemoryIsSoughtIsSuitedToo() throws Exception {
    CountDownLatch preparing = new CountDownLatch(1);
    CountDownLatch allow = new CountDownLatch(1);
    cma.onAllocate(
        () -> {
          preparing.countDown();
          Await.latch(allow);
        });
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 8);
    Attachment out = buffer.attach(display);
    preparing.await();
    assertEquals(PREPARING, buffer.state());
    assertEquals(8, read(in), "the pipeline runs while memory is sought");
    Device larger =
        broker.register("larger", Constraints.builder().contiguous().minSize(2 * SIZE).build());
    Attachment more = buffer.attach(larger);
    allow.countDown();
    assertEquals(8, read(more));
    try (Mapping mapping = out.map(Access.READ)) {
      assertEquals(2 * SIZE, mapping.sizeBytes());
      assertEquals(2, mapping.generation(), "it moved once");
    }
    Await.until("one is given back", () -> cma.live() == 1);
  }

  @Test
  void aDeviceThatAttachesDuringTheCopyCausesAnotherMove() throws Exception {
    CountDownLatch copying = new CountDownLatch(1);
    CountDownLatch allow = new CountDownLatch(1);
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 8);
    cma.onBegin(
        () -> {
          copying.countDown();
          Await.latch(allow);
        });
    Attachment out = buffer.attach(display);
    copying.await();
    assertEquals(MOVING, buffer.state());
    Device larger =
        broker.register("larger", Constraints.builder().contiguous().minSize(2 * SIZE).build());
    Attachment more = buffer.attach(larger);
    allow.countDown();
    assertEquals(8, read(more));
    assertEquals(8, read(out));
    assertEquals(3, out.map(Access.READ).generation());
  }

  @Test
  void theMoveIsCalledOffWhenNobodyNeedsItAnyMore() throws Exception {
    CountDownLatch preparing = new CountDownLatch(1);
    CountDownLatch allow = new CountDownLatch(1);
    cma.onAllocate(
        () -> {
          preparing.countDown();
          Await.latch(allow);
          throw new HeapException(HeapException.Kind.FULL, "ENOMEM");
        });
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 8);
    Attachment out = buffer.attach(display);
    preparing.await();
    out.close();
    allow.countDown();
    Await.until("settled", () -> buffer.state() == RESIDENT);
    assertEquals(8, read(in));
    assertEquals(Optional.of("system"), buffer.heapName());
  }

  @Test
  void aMoveThatGaveUpIsForgottenWithThePlaceThatItWasFor() throws Exception {
    cma.capacity(0);
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 7);
    Attachment first = buffer.attach(broker.register("first", CONTIGUOUS));
    assertThrows(MoveFailedException.class, () -> first.map(Access.READ));
    first.close();
    buffer.evacuate(Duration.ofSeconds(30));
    cma.capacity(Long.MAX_VALUE);
    Device second = broker.register("second", CONTIGUOUS);
    CompletableFuture<CompletableFuture<Mapping>> queued = new CompletableFuture<>();
    system.onAllocate(
        () -> {
          if (!queued.isDone()) { // It attaches while the first memory is being allocated.
            queued.complete(buffer.attach(second).mapAsync(Access.READ));
          }
        });
    in.map(Access.READ).close();
    queued.join().get(30, TimeUnit.SECONDS).close();
    assertEquals(Optional.of("cma"), buffer.heapName());
  }

  @Test
  void listenersAreCalledWithoutALockAndMayThrowOrCallBack() throws Exception {
    CompletableFuture<SharedBuffer.State> seen = new CompletableFuture<>();
    SharedBuffer buffer = export();
    Subscription throwing =
        broker.listen(
            new BrokerListener() {
              @Override
              public void moved(BufferMove event) {
                throw new IllegalStateException("listener");
              }
            },
            Delivery.IN_PLACE);
    Subscription looking =
        broker.listen(
            new BrokerListener() {
              @Override
              public void moved(BufferMove event) {
                // Another thread can look, so this one holds no lock.
                seen.complete(CompletableFuture.supplyAsync(buffer::state).join());
              }
            },
            Delivery.IN_PLACE);
    Attachment in = buffer.attach(camera);
    write(in, 1);
    Subscription unused =
        in.onMove(
            generation -> {
              throw new IllegalStateException("move listener");
            });
    Attachment out = buffer.attach(display);
    assertEquals(1, read(out));
    assertEquals(RESIDENT, seen.get(30, TimeUnit.SECONDS));
    throwing.close();
    looking.close();
  }

  @Test
  void eachListenerToMovesIsToldUntilItsSubscriptionIsClosed() throws Exception {
    List<String> told = new CopyOnWriteArrayList<>();
    Attachment in = export().attach(camera);
    write(in, 1);
    Subscription first = in.onMove(generation -> told.add("first " + generation));
    try (Subscription second = in.onMove(generation -> told.add("second " + generation))) {
      try (Attachment out = in.buffer().attach(display)) {
        assertEquals(1, read(out));
      }
      Await.until("both are told", () -> told.equals(List.of("first 2", "second 2")));
      first.close();
      first.close();
      moveBack(in);
      Await.until("the second is told", () -> told.size() == 3);
    }
    assertEquals(List.of("first 2", "second 2", "second 3"), told);
  }

  /** Has the buffer move to the scattered heap. */
  private void moveBack(Attachment of) {
    Device scattered =
        broker.register("scattered", Constraints.builder().permittedHeaps("system").build());
    try (Attachment out = of.buffer().attach(scattered)) {
      assertEquals(1, read(out));
    }
  }

  @Test
  void theBrokersListenersAreToldUntilTheirSubscriptionIsClosed() {
    List<String> told = new CopyOnWriteArrayList<>();
    BrokerListener listener =
        new BrokerListener() {
          @Override
          public void allocated(MemoryAllocated event) {
            told.add(event.buffer());
          }
        };
    SharedBuffer buffer = export();
    try (Subscription listening = broker.listen(listener, Delivery.IN_PLACE)) {
      write(buffer.attach(camera), 1);
      assertTrue(listening.toString().contains(listener.getClass().getName()), listening::toString);
    }
    write(export().attach(camera), 1);
    assertEquals(List.of(buffer.name()), told);
  }

  @Test
  void heapsAreCalledWithoutALock() throws Exception {
    SharedBuffer buffer = export();
    AtomicInteger looks = new AtomicInteger();
    ScriptedHeap.Hook look =
        () -> {
          CompletableFuture.supplyAsync(buffer::state).join();
          CompletableFuture.supplyAsync(broker::snapshot).join();
          looks.incrementAndGet();
        };
    for (ScriptedHeap heap : List.of(system, cma)) {
      heap.onAllocate(look);
      heap.onBegin(look);
      heap.onEnd(look);
      heap.onRelease(look);
    }
    Attachment in = buffer.attach(camera);
    write(in, 1);
    assertEquals(1, read(buffer.attach(display)));
    buffer.evacuate(Duration.ofSeconds(30));
    Await.until("every call was looked at", () -> looks.get() == 12);
  }

  @Test
  void manyBuffersMoveAtOnce() throws Exception {
    List<Attachment> outs = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      SharedBuffer buffer = broker.export(BlobSpec.of(SIZE));
      write(buffer.attach(camera), i);
      outs.add(buffer.attach(display));
    }
    for (int i = 0; i < 50; i++) {
      assertEquals(i, read(outs.get(i)));
    }
    for (int i = 0; i < 50; i++) {
      assertEquals("cma", Events.next(events.moved).to().orElseThrow());
    }
    Await.until("given back", () -> system.live() == 0);
  }
}
