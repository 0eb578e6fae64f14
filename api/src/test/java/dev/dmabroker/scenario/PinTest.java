package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static dev.dmabroker.SharedBuffer.State.PREPARING;
import static dev.dmabroker.SharedBuffer.State.RESIDENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.Pin;
import dev.dmabroker.PinnedException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.WouldDeadlockException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Buffers that stay where they are because somebody wants that. */
class PinTest extends Fixture {
  private final ScriptedMover mover = new ScriptedMover();
  private Device camera;
  private Device display;
  private SharedBuffer buffer;
  private Attachment in;

  @BeforeEach
  void open() {
    reopen(Duration.ofMillis(1));
  }

  private void reopen(Duration firstBackOff) {
    broker.close();
    broker = builder().mover(mover).moveRetries(firstBackOff, 3).build();
    camera =
        broker.register(DeviceSpec.builder("camera").longestHold(Duration.ofSeconds(30)).build());
    display = broker.register("display", CONTIGUOUS);
    buffer = export();
    in = buffer.attach(camera);
  }

  private List<String> pinned() {
    return broker.snapshot().buffers().get(0).pinned();
  }

  @Test
  void aPinAllocates() {
    try (Pin pin = in.pin()) {
      assertEquals(RESIDENT, buffer.state());
      assertEquals("system", pin.heapName());
      assertEquals(1, pin.generation());
      assertEquals(in, pin.attachment());
      assertEquals(List.of("camera"), pinned());
      assertEquals(List.of(), broker.snapshot().buffers().get(0).holders(), "it is no mapping");
    }
    assertEquals(List.of(), pinned());
  }

  @Test
  void aPinWithoutMemoryFails() {
    system.capacity(0);
    cma.capacity(0);
    assertThrows(AllocationException.class, in::pin);
    assertEquals(List.of(), pinned());
    system.capacity(Long.MAX_VALUE);
    in.pin().close();
  }

  @Test
  void aStricterDeviceIsRefusedAndNothingChanges() {
    write(in, 1);
    Pin pin = in.pin();
    var failure = assertThrows(PinnedException.class, () -> buffer.attach(display));
    assertSays(failure, "cannot attach display to buffer-1", "pinned in system by [camera]");
    assertEquals(List.of("camera"), failure.devices());
    assertEquals(List.of("camera"), broker.snapshot().buffers().get(0).attached());
    assertEquals(RESIDENT, buffer.state());
    write(in, 2);
    pin.close();
    assertEquals(2, read(buffer.attach(display)));
    assertEquals(Optional.of("cma"), buffer.heapName());
  }

  @Test
  void whoThePlaceSuitsMayAttach() {
    write(in, 1);
    try (Pin unused = in.pin()) {
      Attachment other = buffer.attach(broker.register("other", Constraints.none()));
      write(other, 2);
      assertEquals(2, read(in));
    }
  }

  @Test
  void theLastOfSeveralPinsLetsTheBufferMove() {
    write(in, 1);
    Attachment other = buffer.attach(broker.register("other", Constraints.none()));
    Pin first = in.pin();
    Pin second = other.pin();
    Pin third = in.pin();
    assertEquals(List.of("camera", "other"), pinned());
    first.close();
    first.close();
    second.close();
    var failure = assertThrows(PinnedException.class, () -> buffer.attach(display));
    assertEquals(List.of("camera"), failure.devices(), "closed twice, it ended one pin");
    third.close();
    assertEquals(1, read(buffer.attach(display)));
  }

  @Test
  void detachingDropsThePin() {
    write(in, 1);
    Attachment other = buffer.attach(broker.register("other", Constraints.none()));
    Pin pin = other.pin();
    other.close();
    assertEquals(List.of(), pinned());
    Attachment out = buffer.attach(display);
    assertEquals(1, read(out));
    pin.close();
    Pin strict = out.pin();
    pin.close();
    assertEquals(List.of("display"), pinned(), "closing it late ends nobody else's");
    strict.close();
  }

  @Test
  void theMemoryIsNotGivenBackWhileItIsPinned() {
    write(in, 1);
    Pin pin = in.pin();
    assertThrows(PinnedException.class, () -> buffer.evacuate(Duration.ofSeconds(30)));
    assertThrows(PinnedException.class, buffer::tryEvacuate);
    assertEquals(1, read(in));
    pin.close();
    assertTrue(buffer.tryEvacuate());
    assertEquals(0, system.live());
  }

  @Test
  void whatIsPinnedMakesNoRoom() {
    broker.close();
    broker = builder().heuristic(new Leaving()).build();
    cma.capacity(SIZE);
    Attachment idle = export().attach(broker.register("camera", Constraints.none()));
    write(idle, 1);
    assertEquals(Optional.of("cma"), idle.buffer().heapName());
    Pin pin = idle.pin();
    Attachment late = export().attach(broker.register("display", CONTIGUOUS));
    assertThrows(AllocationException.class, () -> late.map(Access.READ));
    pin.close();
    late.map(Access.READ).close();
    assertEquals(Optional.of("system"), idle.buffer().heapName());
    assertEquals(1, read(idle));
  }

  /** Contiguous memory first; moves out whatever it can. */
  private static final class Leaving implements PlacementHeuristic {
    @Override
    public String name() {
      return "leaving";
    }

    @Override
    public List<Ranked> rank(Request request) {
      return request.heaps().stream()
          .map(heap -> new Ranked(heap.name(), heap.name().equals("cma") ? 0 : 1, "cma first"))
          .sorted((a, b) -> Double.compare(a.cost(), b.cost()))
          .toList();
    }

    @Override
    public Eviction evict(Crowded crowded) {
      return new Eviction(crowded.residents().stream().map(Resident::id).toList(), 1000);
    }
  }

  @Test
  void aPinOfADeviceThatThePlaceDoesNotSuitWaitsForTheMove() {
    write(in, 1);
    Attachment out = buffer.attach(display);
    Pin pin = out.pin();
    assertEquals("cma", pin.heapName());
    assertEquals(2, pin.generation());
    assertEquals(1, read(in));
    assertEquals(1, read(out));
    pin.close();
  }

  @Test
  void aPinWaitsForAMoveThatIsUnderWay() throws Exception {
    write(in, 1);
    ScriptedMover.Stop stop = mover.stopCopy();
    Attachment unused = buffer.attach(display);
    stop.awaitReached();
    var pinning = start(() -> in.pin()).parked();
    stop.goOn();
    Pin pin = pinning.result();
    assertEquals("cma", pin.heapName());
    assertEquals(2, pin.generation());
    pin.close();
  }

  @Test
  void aPinnedBufferIsPinnedWhereItStayedIfTheMoveFails() throws Exception {
    write(in, 1);
    ScriptedMover.Stop stop = new ScriptedMover.Stop();
    mover.onCopy =
        () -> {
          stop.run();
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        };
    Attachment out = buffer.attach(display);
    stop.awaitReached();
    var pinning = start(() -> in.pin()).parked();
    var mapping = start(() -> out.map(Access.READ)).parked();
    var async = out.mapAsync(Access.READ);
    stop.goOn();
    Pin pin = pinning.result();
    assertEquals("system", pin.heapName());
    assertSays(
        assertThrows(PinnedException.class, mapping::result), "map buffer-1 for display (READ)");
    var failure = assertThrows(ExecutionException.class, () -> async.get(30, TimeUnit.SECONDS));
    assertInstanceOf(PinnedException.class, failure.getCause());
    assertThrows(PinnedException.class, () -> out.map(Access.READ), "at once");
    assertThrows(PinnedException.class, out::pin);
    assertThrows(PinnedException.class, buffer::prepare);
    assertEquals(Optional.empty(), out.tryMap(Access.READ));
    assertEquals(1, read(in));
    mover.onCopy = () -> {};
    pin.close();
    assertEquals(1, read(out));
  }

  @Test
  void whoWaitsForTheNextAttemptOfAMoveIsRefusedWhenSomebodyPins() throws Exception {
    reopen(Duration.ofHours(1)); // The move rests meanwhile.
    write(in, 1);
    cma.capacity(0);
    Attachment out = buffer.attach(display);
    Events.next(events.rolledBack);
    var mapping = start(() -> out.map(Access.READ)).parked();
    var async = out.mapAsync(Access.READ);
    Pin pin = in.pin();
    assertThrows(PinnedException.class, mapping::result);
    var failure = assertThrows(ExecutionException.class, () -> async.get(30, TimeUnit.SECONDS));
    assertInstanceOf(PinnedException.class, failure.getCause());
    pin.close();
  }

  @Test
  void aDispensableDeviceMayAttachAndIsServedOnceThePinIsClosed() {
    write(in, 1);
    Device extra =
        broker.register(DeviceSpec.builder("extra").constraints(CONTIGUOUS).dispensable().build());
    Pin pin = in.pin();
    Attachment late = buffer.attach(extra);
    assertThrows(PinnedException.class, () -> late.map(Access.READ));
    assertEquals(Optional.of("system"), buffer.heapName());
    assertEquals(1, read(in));
    pin.close();
    assertEquals(1, read(late));
    assertEquals(Optional.of("cma"), buffer.heapName());
  }

  @Test
  void aPinThatIsNotServedInTimePinsNothing() throws Exception {
    write(in, 1);
    ScriptedMover.Stop stop = mover.stopCopy();
    Attachment out = buffer.attach(display);
    stop.awaitReached();
    var failure = assertThrows(WaitTimeoutException.class, () -> out.pin(Duration.ofMillis(1)));
    assertSays(failure, "cannot pin buffer-1 for display within 1 ms");
    assertThrows(IllegalArgumentException.class, () -> out.pin(Duration.ZERO));
    var interrupted = start(() -> out.pin()).parked();
    interrupted.thread().interrupt();
    assertThrows(WaitInterruptedException.class, interrupted::result);
    var detached = start(() -> out.pin()).parked();
    out.close();
    assertSays(assertThrows(ClosedException.class, detached::result), "detached");
    assertThrows(ClosedException.class, out::pin);
    stop.goOn();
    Await.until("ended", () -> buffer.state() == RESIDENT);
    assertEquals(List.of(), pinned());
  }

  @Test
  void closingTheBrokerEndsPinsAndWhoWaitsForOne() throws Exception {
    write(in, 1);
    Pin other = export().attach(camera).pin();
    ScriptedMover.Stop stop = mover.stopCopy();
    Attachment out = buffer.attach(display);
    stop.awaitReached();
    var pinning = start(() -> out.pin()).parked();
    var closing =
        start(
            () -> {
              broker.close();
              return null;
            });
    assertThrows(ClosedException.class, pinning::result);
    stop.goOn();
    try {
      closing.result();
    } catch (OutstandingMappingsException e) {
      // The copy took longer than the broker's patience.
    }
    Await.until("given back", () -> system.live() == 0 && cma.live() == 0);
    other.close();
    assertThrows(ClosedException.class, in::pin);
  }

  @Test
  void closingTheBufferAndDetachingGivesItsMemoryBackThoughItWasPinned() {
    Pin pin = in.pin();
    buffer.close();
    assertEquals(1, system.live());
    in.close();
    assertEquals(0, system.live());
    assertEquals(SharedBuffer.State.RELEASED, buffer.state());
    pin.close();
  }

  @Test
  void aPinThatOnlyTheOwnMappingHoldsUpIsRefusedAtOnce() throws Exception {
    write(in, 1);
    ScriptedMover.Stop stop = new ScriptedMover.Stop();
    mover.onPrepare = stop;
    Attachment out = buffer.attach(display);
    stop.awaitReached();
    assertEquals(PREPARING, buffer.state());
    Mapping own = in.map(Access.WRITE);
    // It waits for the end of the move, which waits for this thread.
    assertThrows(WouldDeadlockException.class, () -> in.pin(Duration.ofSeconds(2)));
    assertThrows(WouldDeadlockException.class, () -> out.pin(Duration.ofSeconds(2)));
    stop.goOn();
    Await.until("draining", () -> buffer.state() == DRAINING);
    assertThrows(WouldDeadlockException.class, () -> in.pin(Duration.ofSeconds(2)));
    own.close();
    in.pin().close();
    assertEquals(1, read(out));
    assertFalse(own.isOpen());
  }

  @Test
  void aReaderMayWaitForAPin() {
    write(in, 1);
    Mapping own = in.map(Access.READ);
    Attachment out = buffer.attach(display);
    try (Pin pin = out.pin()) {
      assertEquals("cma", pin.heapName());
    }
    assertEquals(1, read(own));
    own.close();
    assertTrue(events.rolledBack.isEmpty());
  }
}
