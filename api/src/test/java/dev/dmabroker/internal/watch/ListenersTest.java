package dev.dmabroker.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot.ListenerState;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.MemoryReleased;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.testing.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What listeners are told, on which thread, and what they miss. */
class ListenersTest {
  private static final MemoryReleased EVENT = new EventRecords.MemoryReleased("frame", "system", 1);

  private final Listeners listeners = new Listeners(Time.ofMachine());
  private final AtomicInteger told = new AtomicInteger();
  private final CountDownLatch go = new CountDownLatch(1);
  private final BrokerListener counting =
      new BrokerListener() {
        @Override
        public void released(MemoryReleased event) {
          told.incrementAndGet();
        }
      };
  private final BrokerListener broken =
      new BrokerListener() {
        @Override
        public void released(MemoryReleased event) {
          throw new StackOverflowError("deep");
        }
      };

  /** Keeps the sizes that it was told, and the threads; waits at first until a test lets it go. */
  private final class Waiting implements BrokerListener {
    final List<Long> sizes = new CopyOnWriteArrayList<>();
    final Set<String> threads = ConcurrentHashMap.newKeySet();

    @Override
    public void released(MemoryReleased event) {
      threads.add(Thread.currentThread().getName());
      Await.latch(go);
      sizes.add(event.sizeBytes());
    }
  }

  private void tell(long sizeBytes) {
    var event = new EventRecords.MemoryReleased("frame", "system", sizeBytes);
    listeners.tell(listener -> listener.released(event));
  }

  private void assertTold(int times) {
    told.set(0);
    tell(1);
    assertEquals(times, told.get());
  }

  private ListenerState only() {
    List<ListenerState> states = listeners.snapshot();
    assertEquals(1, states.size());
    return states.get(0);
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(0, last).boxed().toList();
  }

  @Test
  void aListenerThatHasLeftIsToldNothingMoreAndLeavesOnce() throws Exception {
    assertTrue(listeners.isEmpty());
    assertTold(0);
    AutoCloseable once = listeners.add(counting, Delivery.IN_PLACE);
    AutoCloseable twice = listeners.add(counting, Delivery.IN_PLACE);
    assertFalse(listeners.isEmpty());
    assertTold(2);
    twice.close();
    twice.close();
    assertTold(1);
    once.close();
    assertTold(0);
    assertTrue(listeners.isEmpty());
  }

  @Test
  void aListenerThatDiesOfAnErrorKeepsNoOtherFromBeingTold() {
    List<AutoCloseable> unused = new ArrayList<>();
    for (Delivery delivery : Delivery.values()) {
      unused.add(listeners.add(counting, delivery));
      unused.add(listeners.add(broken, delivery));
      unused.add(listeners.add(counting, delivery));
    }
    tell(1);
    Await.until("all are told", () -> told.get() == 4);
    tell(1);
    Await.until("all are told again", () -> told.get() == 8);
  }

  @Test
  void whatUserCodeThrowsStaysThere() {
    Guarded.run("a test", () -> broken.released(EVENT));
    Guarded.run("a test", () -> counting.released(EVENT));
    assertEquals(1, told.get());
  }

  @Test
  void eventsComeInOrderOnOneThreadThatIsNotTheTellers() {
    Waiting waiting = new Waiting();
    AutoCloseable unused = listeners.add(waiting, Delivery.QUEUED);
    upTo(999).forEach(this::tell);
    go.countDown();
    Await.until("all are told", () -> only().delivered() == 1000);
    assertEquals(upTo(999), waiting.sizes);
    assertEquals(Set.of("dmabroker-listener " + Waiting.class.getName()), waiting.threads);
    assertEquals(
        new StateRecords.ListenerState(Waiting.class.getName(), Delivery.QUEUED, 1000, 0, 0),
        only());
  }

  @Test
  void whatFindsNoRoomIsDroppedAndCountedForThatListenerAlone() throws Exception {
    Waiting waiting = new Waiting();
    AutoCloseable slow = listeners.add(waiting, Delivery.QUEUED);
    tell(0);
    Await.until("the first is being told", () -> only().queued() == 0);
    AutoCloseable quick = listeners.add(counting, Delivery.IN_PLACE);
    for (long i = 1; i <= ToldListener.ROOM + 3; i++) {
      tell(i);
    }
    assertEquals(ToldListener.ROOM + 3, told.get());
    assertEquals(
        List.of(
            new StateRecords.ListenerState(
                Waiting.class.getName(), Delivery.QUEUED, 0, ToldListener.ROOM, 3),
            new StateRecords.ListenerState(
                counting.getClass().getName(), Delivery.IN_PLACE, ToldListener.ROOM + 3, 0, 0)),
        listeners.snapshot());
    quick.close();
    go.countDown();
    Await.until("the rest is told", () -> only().delivered() == 1 + ToldListener.ROOM);
    assertEquals(upTo(ToldListener.ROOM), waiting.sizes); // The newest were dropped.
    tell(-1);
    Await.until("it is told again", () -> waiting.sizes.contains(-1L));
    slow.close();
    assertEquals(3, listeners.dropped());
    assertEquals(List.of(), listeners.snapshot());
  }

  @Test
  void afterTheHandleIsClosedOnlyTheCallUnderWayGoesOn() throws Exception {
    Waiting waiting = new Waiting();
    AutoCloseable handle = listeners.add(waiting, Delivery.QUEUED);
    tell(0);
    Await.until(
        "the first is being told", () -> only().queued() == 0 && !waiting.threads.isEmpty());
    tell(1);
    handle.close();
    tell(2);
    AutoCloseable unused = listeners.add(counting, Delivery.QUEUED);
    go.countDown();
    tell(3);
    Await.until("the other is told", () -> told.get() == 1);
    Await.until("the call under way ends", () -> !waiting.sizes.isEmpty());
    assertEquals(List.of(0L), waiting.sizes);
  }
}
