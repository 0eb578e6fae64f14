package dev.dmabroker.internal.buffer;

import static dev.dmabroker.SharedBuffer.State.ALLOCATING;
import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static dev.dmabroker.SharedBuffer.State.RELEASED;
import static dev.dmabroker.SharedBuffer.State.RESIDENT;
import static dev.dmabroker.SharedBuffer.State.UNBACKED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.DuplicateMemoryException;
import dev.dmabroker.Mapping;
import dev.dmabroker.Pin;
import dev.dmabroker.PinnedException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.event.AttachRefused;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.MemoryAllocated;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What follows from a change of a buffer's state for others that wait, and for what is counted. */
class BufferLifeTest extends Fixture {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Device camera =
      broker.register(DeviceSpec.builder("camera").longestHold(LONG).build());
  private final Device display = broker.register("display", CONTIGUOUS);
  private final SharedBuffer buffer = export();
  private final ManagedBuffer managed = Handles.of(buffer);
  private final Attachment in = buffer.attach(camera);

  private BrokerSnapshot.BufferState snapshot() {
    return broker.snapshot().buffers().get(0);
  }

  private Running<@Nullable Void> evacuate() {
    return start(
        () -> {
          buffer.evacuate(LONG);
          return null;
        });
  }

  private void awaitWaiting(int number) {
    Await.until(number + " wait", () -> snapshot().waiting() == number);
  }

  // ---- The first memory ----

  @Test
  void anAllocationIsToldWithWhatItTook() throws Exception {
    long start = System.nanoTime();
    in.map(Access.READ).close();
    Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
    MemoryAllocated event = Events.next(events.allocated);
    assertEquals(buffer.name(), event.buffer());
    assertEquals("system", event.heap());
    assertEquals(SIZE, event.sizeBytes());
    assertTrue(event.took().compareTo(elapsed) <= 0, event.took() + " of " + elapsed);
    assertTrue(event.took().compareTo(Duration.ZERO) > 0);
    BrokerSnapshot.BufferState state = snapshot();
    assertFalse(state.residentSince().orElseThrow().isBefore(state.since()));
  }

  @Test
  void whoWantsTheMemoryGivenBackHasThatIfThereIsNone() throws Exception {
    ScriptedMover.Stop stop = new ScriptedMover.Stop();
    system.onAllocate(
        () -> {
          stop.run();
          throw new HeapException(HeapException.Kind.FULL, "ENOMEM");
        });
    cma.capacity(0);
    var mapping = start(() -> in.map(Access.READ));
    stop.awaitReached();
    assertEquals(ALLOCATING, buffer.state());
    var evacuating = evacuate();
    awaitWaiting(2);
    stop.goOn();
    evacuating.result();
    assertThrows(AllocationException.class, mapping::result);
    assertEquals(UNBACKED, buffer.state());
  }

  // ---- Giving memory back ----

  @Test
  void allWhoWantTheMemoryGivenBackHaveThatAtOnce() throws Exception {
    Mapping held = start(() -> in.map(Access.READ)).result();
    var first = evacuate();
    Await.until("draining", () -> buffer.state() == DRAINING);
    var second = evacuate();
    awaitWaiting(1);
    held.close();
    first.result();
    second.result();
    assertEquals(1, system.allocations());
    assertEquals(UNBACKED, buffer.state());
  }

  @Test
  void whatHasNoMemoryIsEvacuatedWithoutAllocating() {
    buffer.evacuate(LONG);
    assertEquals(UNBACKED, buffer.state());
    assertEquals(0, system.allocations());
    assertEquals(0, snapshot().waiting());
  }

  @Test
  void anEvacuationThatIsGivenUpAsTheLastMappingIsClosedChangesNothing() throws Exception {
    write(in, 1);
    Mapping held = start(() -> in.map(Access.READ)).result();
    var evacuating = evacuate();
    Await.until("draining", () -> buffer.state() == DRAINING);
    Request<?> request = (EvacuateRequest) Objects.requireNonNull(managed.life.evacuation);
    assertTrue(request.claim());
    held.close();
    assertEquals(RESIDENT, buffer.state());
    assertEquals(1, read(in));
    request.endGivenUp(Exceptions.closed("given up"));
    assertSays(assertThrows(ClosedException.class, evacuating::result), "given up");
    assertEquals(1, read(in));
  }

  @Test
  void anEvacuationEndsWithTheBuffer() throws Exception {
    Mapping held = start(() -> in.map(Access.READ)).result();
    var evacuating = evacuate();
    Await.until("draining", () -> buffer.state() == DRAINING);
    Ending.shutDown(managed.life);
    assertSays(assertThrows(ClosedException.class, evacuating::result), "the broker is closed");
    assertEquals(1, system.live(), "somebody holds it still");
    held.close();
    Await.until("given back", () -> system.live() == 0);
    assertEquals(RELEASED, buffer.state());
  }

  // ---- Who waited before somebody pins ----

  @Test
  void whoAskedBeforeAPinThatIsServedFirstIsRefused() throws Exception {
    write(in, 1);
    ScriptedMover.Stop stop = new ScriptedMover.Stop();
    cma.onAllocate(
        () -> {
          stop.run();
          throw new HeapException(HeapException.Kind.FULL, "ENOMEM");
        });
    Attachment out = buffer.attach(display);
    stop.awaitReached();
    var mapping = start(() -> out.map(Access.READ));
    awaitWaiting(1);
    var pinning = start(() -> in.pin());
    awaitWaiting(2);
    stop.goOn();
    try (Pin pin = pinning.result()) {
      assertEquals("system", pin.heapName());
      assertThrows(PinnedException.class, mapping::result);
      assertEquals(0, snapshot().waiting());
    }
  }

  // ---- Its end ----

  @Test
  void mappingsOfBuffersThatAreGoneStillCount() {
    for (int i = 0; i < 3; i++) {
      in.map(Access.READ).close();
    }
    assertTrue(buffer.tryEvacuate());
    in.map(Access.READ).close();
    assertEquals(4, snapshot().maps());
    assertEquals(4, broker.snapshot().maps());
    in.close();
    buffer.close();
    Await.until("gone", () -> broker.snapshot().buffers().isEmpty());
    assertEquals(4, broker.snapshot().maps());
    assertEquals(4, managed.life.formerTakings());
  }

  @Test
  void whatWasClosedIsNotFoundAsLostAndIsDroppedOnce() {
    assertTrue(Ending.dropReference(managed.life));
    assertFalse(Ending.dropReference(managed.life));
    buffer.close();
    assertTrue(managed.life.refersTo(null));

    ManagedBuffer other = Handles.of(export());
    broker.close();
    assertFalse(Ending.dropReference(other.life), "the broker's end was its");
  }

  @Test
  void whoWasDetachedIsForgotten() {
    in.map(Access.READ).close();
    AttachedDevice detached = Handles.of(in);
    Object before = managed.life.resident().occupancy(detached);
    in.close();
    assertNotSame(before, managed.life.resident().occupancy(detached));
  }

  // ---- Its memory, when it comes from elsewhere ----

  private void adopt(Object identity) {
    var memory =
        new ScriptedMemory(ScriptedHeap.ordinary().build(), /* movable= */ false, SIZE, identity);
    broker.adopt("mine", BlobSpec.of(SIZE), memory).close();
  }

  @Test
  void memoryOfAHeapIsKnownToBeTheBuffers() throws Exception {
    write(in, 1);
    system.identity("this one", () -> {});
    adopt("another");
    for (int i = 0; i < 2; i++) {
      assertSays(
          assertThrows(DuplicateMemoryException.class, () -> adopt("this one")),
          "the buffer buffer-1 has that memory");
    }
    // And in a place that it has left, while somebody reads there.
    Mapping reading = start(() -> in.map(Access.READ)).result();
    assertEquals(1, read(buffer.attach(display)));
    assertThrows(DuplicateMemoryException.class, () -> adopt("this one"));
    reading.close();
    adopt("this one");
    assertEquals(0, system.live());
    buffer.evacuate(LONG);
    assertEquals(0, cma.live());
  }

  @Test
  void whoWaitsUntilItIsKnownGoesOn() throws Exception {
    in.map(Access.READ).close();
    AtomicReference<@Nullable Running<@Nullable Void>> evacuating = new AtomicReference<>();
    system.identity(
        "this one",
        () -> {
          if (evacuating.get() == null) {
            evacuating.set(evacuate());
            Await.until("draining", () -> buffer.state() == DRAINING);
          }
        });
    assertThrows(DuplicateMemoryException.class, () -> adopt("this one"));
    Objects.requireNonNull(evacuating.get()).result();
    Await.until("given back", () -> system.live() == 0);
    adopt("this one");
  }

  // ---- Who is told ----

  @Test
  void aRefusedAttachmentIsTold() throws Exception {
    BlockingQueue<AttachRefused> refused = new LinkedBlockingQueue<>();
    Subscription unused =
        broker.listen(
            new BrokerListener() {
              @Override
              public void refused(AttachRefused event) {
                refused.add(event);
              }
            });
    Device narrow = broker.register("narrow", Constraints.builder().addressBits(8).build());
    var failure = assertThrows(UnsatisfiableException.class, () -> buffer.attach(narrow));
    assertEquals(
        new EventRecords.AttachRefused(buffer.name(), "narrow", failure), Events.next(refused));
  }

  // ---- In a convoy ----

  @Test
  void oneThatGaveItsTurnAwayIsAmongTheFirstIfSomebodyWaitsForIt() throws Exception {
    broker.close();
    ScriptedMover mover = new ScriptedMover();
    broker = builder().mover(mover).build();
    Device writer = broker.register(DeviceSpec.builder("camera").longestHold(LONG).build());
    Device strict = broker.register("display", CONTIGUOUS);
    List<SharedBuffer> set = broker.exportSet("frame", BlobSpec.of(SIZE), 3);
    List<Attachment> ins = set.stream().map(each -> each.attach(writer)).toList();
    ins.forEach(each -> write(each, 1));
    Mapping held = start(() -> ins.get(0).map(Access.WRITE)).result();
    List<Attachment> outs = new ArrayList<>();
    outs.add(set.get(0).attach(strict));
    Await.until(
        "the first lingers",
        () -> Handles.of(set.get(0)).life.services().workers().scheduled() == 1);
    outs.add(set.get(1).attach(strict));
    outs.add(set.get(2).attach(strict));
    List<String> order = new CopyOnWriteArrayList<>();
    ScriptedMover.Stop stop = new ScriptedMover.Stop();
    mover.onCopy =
        () -> {
          set.stream()
              .filter(each -> each.state() == SharedBuffer.State.MOVING)
              .forEach(each -> order.add(each.name()));
          stop.run();
        };
    var second = start(() -> read(outs.get(1)));
    stop.awaitReached(); // The first gave its turn to the second.
    var first = start(() -> read(outs.get(0)));
    Await.until(
        "somebody waits for the first",
        () ->
            broker.snapshot().buffers().stream()
                .anyMatch(each -> each.name().equals("frame-1") && each.waiting() == 1));
    stop.goOn();
    assertEquals(1, second.result());
    held.close();
    assertEquals(1, first.result());
    assertEquals(1, read(outs.get(2)));
    assertEquals(List.of("frame-2", "frame-1", "frame-3"), order);
  }
}
