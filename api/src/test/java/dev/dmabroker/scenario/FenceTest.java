package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static dev.dmabroker.SharedBuffer.State.RESIDENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.FenceException;
import dev.dmabroker.Holder;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

/** Mappings that end with a fence. */
class FenceTest extends FenceFixture {
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
    assertEquals(
        new EventRecords.FenceFailure(buffer.name(), "camera", Access.WRITE, 5),
        Events.next(failures));
    assertTrue(buffer.tryEvacuate());
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
    assertTrue(buffer.tryEvacuate());
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

  @Test
  void aFenceThatSignalsBeforeCloseAfterReturnsEndsTheMapping() {
    poller.signalsAtOnce = true;
    Mapping mapping = in.map(Access.WRITE);
    mapping.closeAfter(FENCE);
    assertFalse(mapping.isOpen());
    assertTrue(buffer.tryEvacuate());
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
    assertFalse(buffer.tryEvacuate(), "the fence alone ends it");
    poller.signal(FENCE);
    assertTrue(buffer.tryEvacuate());
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
      assertTrue(buffer.tryEvacuate());
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
}
