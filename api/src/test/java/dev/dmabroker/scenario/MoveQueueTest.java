package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static dev.dmabroker.SharedBuffer.State.MOVING;
import static dev.dmabroker.SharedBuffer.State.PREPARING;
import static dev.dmabroker.SharedBuffer.State.RESIDENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Buffers of a set move one after the other. */
class MoveQueueTest extends Fixture {
  private static final Set<SharedBuffer.State> UNDER_WAY = EnumSet.of(PREPARING, DRAINING, MOVING);

  private final ScriptedMover mover = new ScriptedMover();
  private Device camera;
  private Device display;
  private List<SharedBuffer> set;
  private List<Attachment> ins;

  @BeforeEach
  void open() {
    reopen(Duration.ofSeconds(30));
  }

  private void reopen(Duration hold) {
    broker.close();
    broker = builder().mover(mover).build();
    camera = broker.register(DeviceSpec.builder("camera").longestHold(hold).build());
    display = broker.register("display", CONTIGUOUS);
    set = broker.exportSet("frame", BlobSpec.of(SIZE), 4);
    ins = set.stream().map(buffer -> buffer.attach(camera)).toList();
    for (int i = 0; i < 4; i++) {
      write(ins.get(i), i);
    }
  }

  private List<Attachment> attachAll(Device device) {
    return set.stream().map(buffer -> buffer.attach(device)).toList();
  }

  private long underWay() {
    return set.stream().filter(buffer -> UNDER_WAY.contains(buffer.state())).count();
  }

  /** Which is being copied. */
  private String copied() {
    return set.stream()
        .filter(buffer -> buffer.state() == MOVING)
        .map(SharedBuffer::name)
        .collect(Collectors.joining(" and "));
  }

  private boolean isThere(int i) {
    return set.get(i).heapName().orElseThrow().equals("cma");
  }

  private void awaitThere(int... numbers) {
    for (int i : numbers) {
      Await.until("frame-" + (i + 1) + " has moved", () -> isThere(i));
    }
  }

  @Test
  void oneThatOnlyWaitsForAnIdleMomentLetsOneGoFirstThatSomebodyWaitsFor() throws Exception {
    Mapping held = start(() -> ins.get(0).map(Access.WRITE)).result();
    List<Attachment> outs = attachAll(display);
    Await.until("memory is there", () -> cma.live() == 1);
    assertEquals(1, read(outs.get(1)));
    held.close();
    awaitThere(0, 1, 2, 3);
  }

  @Test
  void namesAreNumbered() {
    assertEquals(
        List.of("frame-1", "frame-2", "frame-3", "frame-4"),
        set.stream().map(SharedBuffer::name).toList());
  }

  @Test
  void theyMoveOneAtATime() throws Exception {
    AtomicInteger steps = new AtomicInteger();
    List<Long> seen = new ArrayList<>();
    ScriptedHeap.Hook look =
        () -> {
          steps.incrementAndGet();
          synchronized (seen) {
            seen.add(underWay());
          }
        };
    cma.onAllocate(look);
    mover.onPrepare = look;
    List<String> order = new CopyOnWriteArrayList<>();
    mover.onCopy =
        () -> {
          look.run();
          order.add(copied());
        };
    List<Attachment> outs = attachAll(display);
    awaitThere(0, 1, 2, 3);
    for (int i = 0; i < 4; i++) {
      assertEquals(i, read(outs.get(i)));
    }
    assertEquals(12, steps.get());
    synchronized (seen) {
      assertTrue(seen.stream().allMatch(count -> count == 1), seen.toString());
    }
    assertEquals(List.of("frame-1", "frame-2", "frame-3", "frame-4"), order);
  }

  @Test
  void oneThatSomebodyWaitsForGoesFirst() throws Exception {
    ScriptedMover.Stop stop = new ScriptedMover.Stop();
    List<String> order = new CopyOnWriteArrayList<>();
    mover.onCopy =
        () -> {
          order.add(copied());
          stop.run();
        };
    List<Attachment> outs = attachAll(display);
    stop.awaitReached();
    var waiting = start(() -> read(outs.get(3))).parked();
    stop.goOn();
    assertEquals(3, waiting.result());
    awaitThere(0, 1, 2, 3);
    assertEquals(List.of("frame-1", "frame-4", "frame-2", "frame-3"), order);
  }

  @Test
  void aBusyOneMovesInAMomentInWhichNobodyWrites() throws Exception {
    Mapping held = ins.get(0).map(Access.WRITE);
    List<Attachment> unused = attachAll(display);
    Await.until("memory is there", () -> cma.live() == 1);
    // Who writes goes on meanwhile, without waiting.
    for (int i = 0; i < 100; i++) {
      Mapping next = ins.get(0).map(Access.WRITE);
      held.close();
      held = next;
      assertEquals("system", held.heapName());
    }
    assertEquals(PREPARING, set.get(0).state());
    assertEquals(1, underWay());
    held.close();
    awaitThere(0, 1, 2, 3);
    BufferMove move = Events.next(events.moved);
    assertEquals("frame-1", move.buffer());
    assertEquals(Duration.ZERO, move.deadline(), "there was nothing to drain");
    assertEquals(0, read(ins.get(0)));
    assertTrue(events.stalled.isEmpty(), events.stalled.toString());
  }

  @Test
  void aReaderKeepsNoneFromMoving() {
    Mapping held = ins.get(0).map(Access.READ);
    List<Attachment> unused = attachAll(display);
    awaitThere(0, 1, 2, 3);
    assertEquals(0, read(held));
    held.close();
  }

  @Test
  void whoAttachesWhileAMoveWaitsForAnIdleMomentIsWaitedForToo() {
    Mapping first = ins.get(0).map(Access.WRITE);
    List<Attachment> unused = attachAll(display);
    Await.until("memory is there", () -> cma.live() == 1);
    Attachment late = set.get(0).attach(broker.register("late", Constraints.none()));
    Mapping second = late.map(Access.WRITE);
    first.close();
    assertEquals(PREPARING, set.get(0).state());
    second.close(); // Nobody else tells that the moment has come.
    awaitThere(0, 1, 2, 3);
  }

  @Test
  void oneThatIsNeverIdleIsForcedAfterTheLongestHold() throws Exception {
    // Fails if a move may wait for an idle moment for ever: then no map is ever stalled.
    // The drain may take as long, which must be enough for this test, also on a busy machine.
    Duration hold = Duration.ofSeconds(1);
    reopen(hold);
    Deque<Mapping> held = new ArrayDeque<>();
    held.add(ins.get(0).map(Access.WRITE));
    List<Attachment> unused = attachAll(display);
    // There is always a mapping that writes, until a map has to wait.
    Await.until(
        "a map is stalled",
        () -> {
          Optional<Mapping> next = ins.get(0).tryMap(Access.WRITE);
          next.ifPresent(
              mapping -> {
                held.add(mapping);
                held.remove().close();
              });
          return next.isEmpty();
        });
    BufferMove before = events.moved.peek();
    assertEquals(null, before, "nothing moves before");
    held.remove().close();
    awaitThere(0, 1, 2, 3);
    BufferMove move = Events.next(events.moved);
    while (!move.buffer().equals("frame-1")) {
      move = Events.next(events.moved); // Events come from several threads.
    }
    assertEquals(hold, move.deadline());
    assertTrue(move.prepare().compareTo(hold) >= 0, move.toString());
  }

  @Test
  void oneThatFailsPassesTheTurnOn() throws Exception {
    mover.onCopy =
        () -> {
          mover.onCopy = () -> {};
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        };
    List<Attachment> unused = attachAll(display);
    assertEquals("frame-1", Events.next(events.rolledBack).buffer());
    awaitThere(1, 2, 3, 0);
    assertEquals(0, read(ins.get(0)));
  }

  @Test
  void oneThatGivesUpPassesTheTurnOn() throws Exception {
    mover.onCopy =
        () -> {
          if (set.get(0).state() == MOVING) {
            throw new HeapException(HeapException.Kind.FAILED, "EIO");
          }
        };
    List<Attachment> unused = attachAll(display);
    awaitThere(1, 2, 3);
    Set<Integer> attempts = new HashSet<>(); // Events come from several threads.
    for (int i = 1; i <= 3; i++) {
      attempts.add(Events.next(events.rolledBack).attempt());
    }
    assertEquals(Set.of(1, 2, 3), attempts);
    assertEquals(RESIDENT, set.get(0).state());
    assertEquals(0, read(ins.get(0)));
  }

  @Test
  void oneWhoseMoveIsCalledOffPassesTheTurnOn() {
    Mapping held = ins.get(0).map(Access.WRITE);
    List<Attachment> outs = attachAll(display);
    Await.until("memory is there", () -> cma.live() == 1);
    outs.get(0).close(); // It lingers, and nobody needs it any more.
    held.close();
    awaitThere(1, 2, 3);
    assertEquals("system", set.get(0).heapName().orElseThrow());
    Await.until("what was prepared is given back", () -> cma.live() == 3);
  }

  @Test
  void oneThatDoesNotWantItsTurnAnyMorePassesItOn() {
    ScriptedMover.Stop stop = mover.stopCopy();
    List<Attachment> outs = attachAll(display);
    stop.awaitReached();
    outs.get(1).close();
    ins.get(2).close();
    outs.get(2).close();
    set.get(2).close();
    stop.goOn();
    awaitThere(0, 3);
    assertEquals("system", set.get(1).heapName().orElseThrow());
    assertEquals(SharedBuffer.State.RELEASED, set.get(2).state());
  }

  @Test
  void oneThatIsClosedWhileItLingersPassesTheTurnOn() {
    Mapping held = ins.get(0).map(Access.WRITE);
    List<Attachment> outs = attachAll(display);
    Await.until("memory is there", () -> cma.live() == 1);
    close(0, outs);
    awaitThere(1, 2, 3); // Though the mapping is still out.
    assertTrue(held.isOpen());
    assertEquals(0, read(held));
    held.close();
    assertEquals(SharedBuffer.State.RELEASED, set.get(0).state());
    Await.until("given back", () -> cma.live() == 3 && system.live() == 0);
  }

  @Test
  void oneThatIsClosedWhileItDrainsPassesTheTurnOn() throws Exception {
    reopen(Duration.ofMillis(500));
    Mapping held = start(() -> ins.get(0).map(Access.WRITE)).result();
    List<Attachment> outs = attachAll(display);
    Await.until("draining", () -> set.get(0).state() == DRAINING);
    close(0, outs);
    awaitThere(1, 2, 3);
    held.close();
    assertEquals(SharedBuffer.State.RELEASED, set.get(0).state());
  }

  private void close(int i, List<Attachment> outs) {
    set.get(i).close();
    ins.get(i).close();
    outs.get(i).close(); // Last, so that the move is wanted until the buffer is gone.
  }

  @Test
  void whatWasPreparedIsGivenUpIfAStricterDeviceAttachesMeanwhile() {
    Mapping held = ins.get(0).map(Access.WRITE);
    List<Attachment> outs = attachAll(display);
    Await.until("memory is there", () -> cma.live() == 1);
    Device larger =
        broker.register("larger", Constraints.builder().contiguous().minSize(2 * SIZE).build());
    Attachment late = set.get(0).attach(larger);
    assertEquals(PREPARING, set.get(0).state());
    held.close();
    assertEquals(0, read(late));
    assertEquals(0, read(outs.get(0)));
    try (Mapping mapping = late.map(Access.READ)) {
      assertEquals(2, mapping.generation(), "it moved once");
      assertEquals(2 * SIZE, mapping.sizeBytes());
    }
    awaitThere(1, 2, 3);
    Await.until("the first is given back", () -> cma.live() == 4);
  }

  @Test
  void closingTheBrokerEndsWhatLingersAndWhatIsQueued() {
    Mapping held = ins.get(0).map(Access.WRITE);
    List<Attachment> unused = attachAll(display);
    Await.until("memory is there", () -> cma.live() == 1);
    assertThrows(OutstandingMappingsException.class, broker::close);
    Await.until("all but one", () -> cma.live() == 0 && system.live() == 1);
    held.close();
    assertEquals(0, system.live());
  }

  @Test
  void aListenerThatBlocksHoldsUpNoDeadline() throws Exception {
    reopen(Duration.ofMillis(20));
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Subscription listening =
        broker.listen(
            new BrokerListener() {
              @Override
              public void stalled(MapStalled event) {
                blocked.countDown();
                Await.latch(go);
              }
            },
            Delivery.IN_PLACE);
    SharedBuffer other = export();
    Attachment in = other.attach(camera);
    write(in, 1);
    Mapping held = start(() -> in.map(Access.WRITE)).result();
    Attachment out = other.attach(display);
    CompletableFuture<Mapping> unusedMap = out.mapAsync(Access.READ);
    blocked.await(); // By the end of the asynchronous map, whichever way.
    SharedBuffer third = export();
    Attachment busy = third.attach(camera);
    write(busy, 1);
    Mapping writer = start(() -> busy.map(Access.WRITE)).result();
    Attachment unused = third.attach(display);
    Await.until(
        "deadlines go on passing",
        () -> events.rolledBack.stream().anyMatch(move -> move.buffer().equals(third.name())));
    go.countDown();
    listening.close();
    held.close();
    writer.close();
  }
}
