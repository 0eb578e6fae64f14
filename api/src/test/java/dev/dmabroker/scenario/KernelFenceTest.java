package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Copies that wait for the kernel's own fences. */
class KernelFenceTest extends FenceFixture {
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
