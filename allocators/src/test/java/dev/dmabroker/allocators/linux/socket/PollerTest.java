package dev.dmabroker.allocators.linux.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.testing.Await;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PollerTest {
  private Poller poller;

  @BeforeEach
  void make() throws Exception {
    poller = new Poller();
  }

  @AfterEach
  void end() {
    poller.close();
  }

  private void rounds() throws Exception {
    for (int round = 0; round < 3; round++) {
      assertTrue(poller.round(0));
    }
  }

  @Test
  void aDoorbellThatIsNeverReadTellsOfEachRing() throws Exception {
    Fd bell = Doorbell.create("bell");
    AtomicInteger rung = new AtomicInteger();
    Poller.Registration watch =
        poller.watch(bell, Poller.READABLE | Poller.EACH_TIME, events -> rung.incrementAndGet());
    rounds();
    assertEquals(0, rung.get());
    for (int ring = 1; ring <= 5; ring++) {
      Doorbell.ring(bell);
      rounds();
      assertEquals(ring, rung.get());
    }
    watch.close();
    watch.close();
    Doorbell.ring(bell);
    rounds();
    assertEquals(5, rung.get());
    bell.close();
    Doorbell.ring(bell);
  }

  @Test
  void aClientThatDrainsOrFillsTheDoorbellSilencesNobodyElse() throws Exception {
    Fd bell = Doorbell.create("bell");
    AtomicInteger rung = new AtomicInteger();
    Poller.Registration unused =
        poller.watch(bell, Poller.READABLE | Poller.EACH_TIME, events -> rung.incrementAndGet());
    try (Fd.Use use = bell.use()) {
      // The largest value that a counter takes: the next ring is refused by the kernel.
      dev.dmabroker.allocators.linux.LibC.calls().eventfd_write(use.number(), -2);
    }
    rounds();
    int filled = rung.get();
    Doorbell.ring(bell); // Does not block.
    try (Fd.Use use = bell.use()) {
      dev.dmabroker.allocators.linux.LibC.calls().eventfd_read(use.number(), new byte[8]);
    }
    Doorbell.ring(bell);
    rounds();
    assertTrue(rung.get() > filled);
    bell.close();
  }

  @Test
  void aDescriptorIsOpenWhileItIsWatched() throws Exception {
    List<PacketSocket> ends = PacketSocket.pair();
    List<Integer> told = new ArrayList<>();
    Fd fd = ends.get(0).descriptor();
    Poller.Registration watch = poller.watch(fd, Poller.READABLE, told::add);
    fd.close();
    ends.get(1).trySend(ByteBuffer.wrap(new byte[1]));
    rounds();
    assertFalse(told.isEmpty(), "it is closed once the watch has ended");
    watch.close();
    int before = told.size();
    rounds();
    assertEquals(before, told.size());
    assertThrows(SocketFailure.class, () -> poller.watch(fd, Poller.READABLE, told::add));
    ends.get(1).close();
  }

  @Test
  void theEndOfAConnectionIsTold() throws Exception {
    List<PacketSocket> ends = PacketSocket.pair();
    AtomicInteger events = new AtomicInteger();
    Poller.Registration watch =
        poller.watch(ends.get(0).descriptor(), Poller.READABLE, events::set);
    ends.get(1).close();
    rounds();
    assertTrue((events.get() & SocketCalls.EPOLLHUP) != 0);
    events.set(0);
    watch.await(0); // An end is told all the same.
    rounds();
    assertTrue((events.get() & SocketCalls.EPOLLHUP) != 0);
    watch.close();
    ends.get(0).close();
  }

  @Test
  void tasksWakeTheThread() throws Exception {
    AtomicInteger done = new AtomicInteger();
    CompletableFuture<Void> thread =
        CompletableFuture.runAsync(
            () -> {
              try {
                while (poller.round(-1)) {
                  // The next one.
                }
              } catch (SocketFailure e) {
                throw new IllegalStateException(e);
              }
            });
    for (int task = 1; task <= 100; task++) {
      int expected = task;
      poller.execute(done::incrementAndGet);
      Await.until("done", () -> done.get() == expected);
    }
    poller.close();
    thread.get(30, TimeUnit.SECONDS);
  }
}
