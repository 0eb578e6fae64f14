package dev.dmabroker.internal.broker;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Mapping;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.WouldDeadlockException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

/** Threads and chains that wait for one another, or for themselves. */
class WaitRingTest extends WaitRingFixture {
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
    // Fails if two threads that park at one time may both find the ring.
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
        WaitTimeoutException.class, () -> first.out().map(Access.READ, Duration.ofMillis(1)));
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
                  WaitTimeoutException.class,
                  () -> first.out().map(Access.READ, Duration.ofMillis(1)));
              drained.countDown();
              end.await();
              held.close();
              return null;
            });
    drained.await();
    assertThrows(
        WaitTimeoutException.class, () -> second.out().map(Access.READ, Duration.ofMillis(1)));
    end.countDown();
    other.result();
    mine.close();
  }
}
