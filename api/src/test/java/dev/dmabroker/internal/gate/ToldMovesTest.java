package dev.dmabroker.internal.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Subscription;
import dev.dmabroker.internal.runtime.Lane;
import dev.dmabroker.testing.Await;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ToldMovesTest {
  private final Lane lane = new Lane("test", 16);
  private final MoveListeners listeners = new MoveListeners();
  private final List<Long> generations = new CopyOnWriteArrayList<>();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);

  private void slowly(long generation) {
    generations.add(generation);
    begun.countDown();
    Await.latch(go);
  }

  /** Returns once the lane has run what is in it. */
  private void awaitLane() throws InterruptedException {
    CountDownLatch behind = new CountDownLatch(1);
    assertTrue(lane.offer(behind::countDown));
    behind.await();
  }

  @Test
  void movesThatFollowEachOtherAreToldAsTheLast() throws Exception {
    Subscription unused = listeners.add(this::slowly, lane);
    listeners.tell(2);
    begun.await();
    listeners.tell(3);
    listeners.tell(5);
    listeners.tell(4);
    go.countDown();
    awaitLane();
    assertEquals(List.of(2L, 5L), generations);
  }

  @Test
  void aListenerIsNotCalledOnceItsSubscriptionIsClosed() throws Exception {
    Subscription subscription = listeners.add(this::slowly, lane);
    listeners.tell(2);
    begun.await();
    listeners.tell(3);
    subscription.close();
    go.countDown();
    awaitLane();
    assertEquals(List.of(2L), generations);
  }

  @Test
  void aMoveForWhichThereIsNoThreadIsToldWithTheNextOneAndNeverByTheMover() throws Exception {
    Lane full = new Lane("full", 1);
    CountDownLatch busy = new CountDownLatch(1);
    assertTrue(full.offer(() -> hold(busy)));
    busy.await();
    assertTrue(full.offer(() -> {}));
    Subscription unused = listeners.add(generations::add, full);
    listeners.tell(2);
    assertEquals(List.of(), generations, "the mover does not call the listener");
    go.countDown();
    Await.until("there is room", () -> full.waiting() == 0);
    listeners.tell(3);
    Await.until("both moves are told", () -> generations.equals(List.of(3L)));
  }

  private void hold(CountDownLatch busy) {
    busy.countDown();
    Await.latch(go);
  }
}
