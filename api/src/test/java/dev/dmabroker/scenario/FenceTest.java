package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static dev.dmabroker.SharedBuffer.State.RESIDENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BusyException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.FenceException;
import dev.dmabroker.Holder;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.FenceFailure;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedFences;
import dev.dmabroker.testing.ScriptedMover;
import dev.dmabroker.testing.ScriptedPoller;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Mappings that end with a fence, and copies that wait for the kernel's. */
class FenceTest extends Fixture {
  private static final SyncFile FENCE = new SyncFile(7);

  private final ScriptedFences fenced = new ScriptedFences();
  private final ScriptedMover mover = new ScriptedMover();
  private final ScriptedPoller poller = new ScriptedPoller();
  private final BlockingQueue<FenceFailure> failures = new LinkedBlockingQueue<>();
  private Device camera;
  private Device slow;
  private Device display;
  private SharedBuffer buffer;
  private Attachment in;

  @BeforeEach
  void open() {
    broker.close();
    broker = fencedBuilder().build();
    camera = broker.register(DeviceSpec.named("camera").longestHold(Duration.ofSeconds(30)));
    slow = broker.register(DeviceSpec.named("slow").longestHold(Duration.ofMillis(1)));
    display =
        broker.register(
            DeviceSpec.named("display").constraints(CONTIGUOUS).longestHold(Duration.ofMillis(1)));
    buffer = export();
    in = buffer.attach(camera);
    write(in, 1);
  }

  private Broker.Builder fencedBuilder() {
    return Broker.builder()
        .heap(fenced)
        .heap(cma)
        .heuristic(new InOrder())
        .listener(events)
        .listener(
            new BrokerListener() {
              @Override
              public void fenceFailed(FenceFailure event) {
                failures.add(event);
              }
            })
        .mover(mover)
        .fencePoller(poller)
        .moveRetries(Duration.ofMillis(1), 3)
        .closeTimeout(Duration.ofMillis(50));
  }

  // ---- Mappings ----

  @Test
  void theMappingIsClosedForItsUserAtOnce() {
    Mapping mapping = in.map(Access.WRITE);
    mapping.closeAfter(FENCE);
    assertFalse(mapping.isOpen());
    assertThrows(ClosedException.class, mapping::fd);
    assertThrows(ClosedException.class, mapping::dupFd);
    assertThrows(ClosedException.class, mapping::cpuView);
    assertThrows(ClosedException.class, () -> mapping.closeAfter(new SyncFile(8)));
    assertEquals(1, poller.pending(), "the other fence is still its owner's");
    mapping.close();
    Holder holder = broker.snapshot().buffers().get(0).holders().get(0);
    assertTrue(holder.fenced(), "a close does not end it either");
    assertEquals("camera", holder.device());
    assertEquals(Access.WRITE, holder.access());
    assertTrue(holder.toString().contains("until a fence signals"), holder.toString());
    poller.signal(FENCE);
    assertEquals(List.of(), broker.snapshot().buffers().get(0).holders());
  }

  @Test
  void theMemoryStaysUntilTheFenceSignals() {
    in.map(Access.READ).closeAfter(FENCE);
    in.close();
    buffer.close();
    assertEquals(1, fenced.live());
    poller.signal(FENCE);
    Await.until("given back", () -> fenced.live() == 0);
    assertEquals(SharedBuffer.State.RELEASED, buffer.state());
  }

  @Test
  void aMoveWaitsForTheFence() throws Exception {
    in.map(Access.WRITE).closeAfter(FENCE);
    Attachment out = buffer.attach(display);
    Await.until("draining", () -> buffer.state() == DRAINING);
    // The thread has nothing to do with the mapping any more, so this is no wait for itself.
    var waiting = out.mapAsync(Access.READ);
    poller.signal(FENCE);
    assertEquals(1, read(waiting.join()));
    BufferMove move = Events.next(events.moved);
    assertEquals(Duration.ofSeconds(30), move.deadline());
    assertTrue(move.drain().compareTo(Duration.ZERO) > 0);
  }

  @Test
  void theThreadThatGaveTheFenceMayWaitForTheMove() throws Exception {
    var waiting =
        start(
            () -> {
              in.map(Access.WRITE).closeAfter(FENCE);
              Attachment out = buffer.attach(display);
              return read(out);
            });
    Await.until("draining", () -> buffer.state() == DRAINING);
    waiting.parked();
    poller.signal(FENCE);
    assertEquals(1, waiting.result());
  }

  @Test
  void aFenceThatDoesNotSignalRollsTheMoveBackAndKeepsTheMemory() throws Exception {
    Attachment writing = buffer.attach(slow);
    writing.map(Access.WRITE).closeAfter(FENCE);
    Attachment out = buffer.attach(display);
    var failure =
        assertThrows(MoveFailedException.class, () -> out.map(Access.READ, Duration.ofSeconds(30)));
    assertSays(failure, "slow for ", "until a fence signals");
    assertTrue(failure.holders().get(0).fenced());
    assertEquals(RESIDENT, buffer.state());
    assertEquals(1, read(in));
    poller.signal(FENCE);
    assertEquals(1, read(out), "a new wish starts over");
  }

  @Test
  void aReaderWithAFenceHoldsUpNoMoveAndKeepsTheOldPlace() {
    in.map(Access.READ).closeAfter(FENCE);
    Attachment out = buffer.attach(display);
    assertEquals(1, read(out));
    assertEquals(1, fenced.live());
    poller.signal(FENCE);
    Await.until("given back", () -> fenced.live() == 0);
  }

  @Test
  void anEvacuationWaitsForTheFence() throws Exception {
    in.map(Access.READ).closeAfter(FENCE);
    var evacuating =
        start(
            () -> {
              buffer.evacuate(Duration.ofSeconds(30));
              return null;
            });
    Await.until("draining", () -> buffer.state() == DRAINING);
    poller.signal(FENCE);
    evacuating.result();
    Await.until("given back", () -> fenced.live() == 0);
  }

  @Test
  void aFenceThatSignalsAnErrorEndsTheMappingAndListenersAreTold() throws Exception {
    in.map(Access.WRITE).closeAfter(FENCE);
    poller.fail(FENCE, 5);
    assertEquals(new FenceFailure(buffer.name(), "camera", Access.WRITE, 5), Events.next(failures));
    buffer.unprepare();
    assertEquals(0, fenced.live());
  }

  @Test
  void aFenceThatCannotBeWatchedLeavesTheMappingOpen() {
    Mapping mapping = in.map(Access.WRITE);
    poller.refuse();
    var failure = assertThrows(FenceException.class, () -> mapping.closeAfter(FENCE));
    assertSays(failure, "cannot end the mapping of buffer-1 for camera", "EINVAL");
    poller.onWatch =
        () -> {
          throw new IllegalStateException("bug");
        };
    assertSays(assertThrows(FenceException.class, () -> mapping.closeAfter(FENCE)), "bug");
    assertEquals(List.of(), poller.discarded, "it is the caller's still");
    assertTrue(mapping.isOpen());
    assertEquals(1, read(mapping));
    mapping.close();
    buffer.unprepare();
  }

  @Test
  void withoutAPollerItIsSaidWhatToAdd() {
    Attachment mine = brokerWithoutPoller();
    Mapping mapping = mine.map(Access.WRITE);
    var failure = assertThrows(FenceException.class, () -> mapping.closeAfter(FENCE));
    assertSays(failure, "dmabroker-allocators", "fencePoller(...)");
    assertTrue(mapping.isOpen());
    mapping.close();
  }

  private Attachment brokerWithoutPoller() {
    broker.close();
    broker = builder().build();
    return export().attach(broker.register("camera", Constraints.none()));
  }

  @Test
  void aFenceThatSignalsBeforeCloseAfterReturnsEndsTheMapping() {
    poller.signalsAtOnce = true;
    Mapping mapping = in.map(Access.WRITE);
    mapping.closeAfter(FENCE);
    assertFalse(mapping.isOpen());
    buffer.unprepare();
    assertEquals(0, fenced.live());
  }

  @Test
  void whatComesWhileTheFenceIsHandedOverIsTooLate() {
    Mapping mapping = in.map(Access.WRITE);
    SyncFile other = new SyncFile(2);
    poller.onWatch =
        () -> {
          poller.onWatch = () -> {};
          assertThrows(ClosedException.class, () -> mapping.closeAfter(other));
          mapping.close();
        };
    mapping.closeAfter(FENCE);
    assertFalse(mapping.isOpen());
    assertEquals(1, poller.pending());
    assertThrows(BusyException.class, buffer::unprepare, "the fence alone ends it");
    poller.signal(FENCE);
    buffer.unprepare();
    Mapping next = in.map(Access.WRITE); // Takes the same slot.
    assertTrue(next.isOpen());
    next.close();
  }

  @Test
  void closeAndCloseAfterAtTheSameTimeEndTheMappingOnce() throws Exception {
    for (int i = 0; i < 300; i++) {
      SyncFile fence = new SyncFile(i);
      Mapping mapping = in.map(Access.WRITE);
      CyclicBarrier both = new CyclicBarrier(2);
      var closing =
          start(
              () -> {
                both.await();
                mapping.close();
                return null;
              });
      both.await();
      boolean given = true;
      try {
        mapping.closeAfter(fence);
      } catch (ClosedException e) {
        given = false;
      }
      closing.result();
      assertFalse(mapping.isOpen());
      if (given) {
        poller.signal(fence);
      }
      buffer.unprepare();
      in.map(Access.READ).close();
    }
    assertEquals(0, poller.pending());
  }

  @Test
  void aBrokerThatClosesSaysThatAFenceIsPending() {
    in.map(Access.WRITE).closeAfter(FENCE);
    var failure = assertThrows(OutstandingMappingsException.class, broker::close);
    assertSays(failure, "camera for ", "until a fence signals");
    assertTrue(failure.holders().get(0).fenced());
    assertEquals(1, poller.timesClosed.get());
    assertEquals(1, fenced.live());
    poller.signal(FENCE);
    assertEquals(0, fenced.live());
    assertEquals(1, fenced.timesClosed());
  }

  @Test
  void aBrokerThatClosesWaitsForAFenceThatSignals() throws Exception {
    broker.close();
    broker = fencedBuilder().closeTimeout(Duration.ofSeconds(30)).build();
    Attachment mine = export().attach(broker.register("camera", Constraints.none()));
    mine.map(Access.WRITE).closeAfter(FENCE);
    var closing =
        start(
            () -> {
              broker.close();
              return null;
            });
    closing.parked();
    poller.signal(FENCE);
    closing.result();
    assertEquals(0, fenced.live());
  }

  @Test
  void aViewKeepsTheMemoryThoughTheFenceHasSignalled() {
    Mapping mapping = in.map(Access.READ);
    CpuView view = mapping.cpuView();
    mapping.closeAfter(FENCE);
    poller.signal(FENCE);
    in.close();
    buffer.close();
    assertEquals(1, view.bytes().getLong(0));
    view.close();
    assertEquals(0, fenced.live());
  }

  // ---- The kernel's own fences ----

  @Test
  void theCopyWaitsForTheKernelsFences() throws Exception {
    fenced.fence.set(FENCE);
    mover.onCopy = () -> assertEquals(0, poller.pending(), "copied too early");
    Attachment out = buffer.attach(broker.register("patient", CONTIGUOUS));
    poller.awaitWatched(FENCE);
    assertEquals(DRAINING, buffer.state());
    assertEquals(1, read(in), "readers go on");
    assertEquals(Optional.empty(), in.tryMap(Access.WRITE));
    poller.signal(FENCE);
    assertEquals(1, read(out));
    BufferMove move = Events.next(events.moved);
    assertEquals(Duration.ofSeconds(30), move.deadline(), "the longest hold of all");
    assertEquals(List.of(), poller.discarded);
  }

  @Test
  void aFenceWithAnErrorDoesNotKeepTheContentsFromMoving() {
    fenced.fence.set(FENCE);
    Attachment out = buffer.attach(display);
    poller.awaitWatched(FENCE);
    poller.fail(FENCE, 5);
    assertEquals(1, read(out));
    assertTrue(failures.isEmpty());
  }

  @Test
  void contentsThatAreDeadWaitForNoFence() throws Exception {
    Attachment fresh = export().attach(camera);
    fresh.map(Access.READ).close();
    fenced.fence.set(FENCE);
    Attachment out = fresh.buffer().attach(display);
    out.map(Access.READ).close();
    assertEquals(0, Events.next(events.moved).copiedBytes());
    assertSame(FENCE, fenced.fence.get());
  }

  @Test
  void aFenceOfTheKernelThatDoesNotSignalRollsTheMoveBack() throws Exception {
    in.close();
    Attachment quick = buffer.attach(slow);
    fenced.fence.set(FENCE);
    Attachment out = buffer.attach(display);
    BufferMove failed = Events.next(events.rolledBack);
    assertTrue(failed.failure().orElseThrow().contains("fence"), failed.failure().toString());
    assertEquals(List.of(), failed.holders());
    assertEquals(Duration.ofMillis(1), failed.deadline());
    assertEquals(0, failed.copiedBytes());
    assertTrue(failed.drain().compareTo(failed.deadline()) >= 0);
    assertEquals(1, read(out), "the next attempt finds no fence");
    write(quick, 2);
    poller.signal(FENCE);
    assertEquals(2, read(out), "late, and harmless");
    assertEquals("cma", buffer.heapName().orElseThrow());
    assertEquals("[]", events.rolledBack.toString());
  }

  @Test
  void aFenceThatSignalsAfterTheBufferIsGoneIsHarmless() {
    fenced.fence.set(FENCE);
    Attachment out = buffer.attach(broker.register("patient", CONTIGUOUS));
    poller.awaitWatched(FENCE);
    in.close();
    out.close();
    buffer.close();
    assertEquals(SharedBuffer.State.RELEASED, buffer.state());
    poller.signal(FENCE);
    Await.until("given back", () -> fenced.live() == 0 && cma.live() == 0);
    assertFalse(fenced.askedTooLate.get());
  }

  @Test
  void aFenceThatThePollerRefusesRollsTheMoveBackAndIsDiscarded() throws Exception {
    fenced.fence.set(FENCE);
    poller.refuse();
    Attachment out = buffer.attach(display);
    BufferMove failed = Events.next(events.rolledBack);
    assertTrue(failed.failure().orElseThrow().contains("EINVAL"), failed.failure().toString());
    assertEquals(List.of(FENCE), poller.discarded);
    assertEquals(1, read(out), "the next attempt finds no fence");
  }

  @Test
  void aPollerThatThrowsRollsTheMoveBackAndTheFenceIsDiscarded() throws Exception {
    fenced.fence.set(FENCE);
    poller.onWatch =
        () -> {
          throw new IllegalStateException("bug");
        };
    Attachment out = buffer.attach(display);
    assertTrue(Events.next(events.rolledBack).failure().orElseThrow().contains("bug"));
    assertEquals(List.of(FENCE), poller.discarded);
    assertEquals(1, read(out));
  }

  @Test
  void aKernelThatDoesNotTellItsFencesRollsTheMoveBack() throws Exception {
    fenced.onAsk =
        () -> {
          fenced.onAsk = () -> {};
          throw new HeapException(HeapException.Kind.FAILED, "ENOTTY");
        };
    Attachment out = buffer.attach(display);
    assertTrue(Events.next(events.rolledBack).failure().orElseThrow().contains("ENOTTY"));
    assertEquals(1, read(out));
  }

  @Test
  void aFenceThatNobodyWaitsForAnyMoreIsDiscarded() {
    fenced.fence.set(FENCE);
    ScriptedMover.Stop asking = new ScriptedMover.Stop();
    fenced.onAsk = asking;
    Attachment out = buffer.attach(display);
    asking.awaitReached();
    in.close();
    out.close();
    buffer.close();
    asking.goOn();
    Await.until("discarded", () -> poller.discarded.equals(List.of(FENCE)));
    Await.until("given back", () -> fenced.live() == 0 && cma.live() == 0);
    assertEquals(0, poller.pending());
    assertFalse(fenced.askedTooLate.get(), "its descriptor may be another's by then");
  }

  @Test
  void memoryThatWasGivenBackIsNotAskedForItsFences() throws Exception {
    // Two other copies take both threads that copy, so that this one has to wait for them.
    ScriptedMover.Stop stop = mover.stopCopy();
    for (int i = 0; i < 2; i++) {
      Attachment other = export().attach(camera);
      write(other, 1);
      Mapping held = other.map(Access.WRITE);
      Attachment unused = other.buffer().attach(display);
      Await.until("draining", () -> other.buffer().state() == DRAINING);
      held.close();
    }
    stop.awaitReached();
    Mapping held = start(() -> in.map(Access.WRITE)).result();
    Attachment out = buffer.attach(display);
    Await.until("draining", () -> buffer.state() == DRAINING);
    held.close();
    in.close();
    out.close();
    buffer.close();
    assertEquals(SharedBuffer.State.RELEASED, buffer.state());
    stop.goOn();
    Await.until("moved", () -> events.moved.size() == 2);
    assertFalse(fenced.askedTooLate.get());
  }

  @Test
  void withoutAPollerTheCopyItselfWaits() {
    Attachment mine = brokerWithoutPoller();
    write(mine, 1);
    Attachment out = mine.buffer().attach(broker.register("strict", CONTIGUOUS));
    assertEquals(1, read(out));
  }
}
