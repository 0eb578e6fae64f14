package dev.dmabroker.internal.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedPoller;
import dev.dmabroker.testing.ScriptedProvider;
import dev.dmabroker.testing.StubHeap;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** A broker that looks for heaps when something happens to their nodes. */
class HeapWatchTest {
  private final ScriptedPoller poller = new ScriptedPoller();
  private final ScriptedHeap system = ScriptedHeap.system();
  private final ScriptedProvider nodes = new ScriptedProvider("nodes").finds(system);
  private final BlockingQueue<HeapsChanged> told = new LinkedBlockingQueue<>();

  private BrokerBuilder builder() {
    return Broker.builder()
        .heaps(nodes)
        .heuristic(new InOrder())
        .fencePoller(poller)
        .watchHeaps()
        .listener(
            new BrokerListener() {
              @Override
              public void heapsChanged(HeapsChanged event) {
                told.add(event);
              }
            },
            Delivery.IN_PLACE);
  }

  @Test
  void whatHappensToANodeIsFollowedByALook() throws Exception {
    try (Broker broker = builder().build()) {
      assertEquals(Set.of(Path.of("/dev/nodes")), poller.paths);
      nodes.finds(ScriptedHeap.cma());
      poller.changePaths();
      HeapsChanged change = Events.next(told);
      assertEquals(List.of("cma"), change.joined());
      assertEquals("system", change.vanished().get(0).heap());
      assertEquals(1, broker.snapshot().heaps().size());
    }
    poller.changePaths(); // It comes too late, and nothing is there that would look.
  }

  /**
   * What happens while the broker looks may have come too late for that look, so it looks again.
   */
  @Test
  void aStormIsOneLookAndAnotherAfterIt() throws Exception {
    try (Broker broker = builder().build()) {
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      nodes.onAsk =
          () -> {
            nodes.onAsk = () -> {};
            inside.countDown();
            Await.latch(goOn);
          };
      poller.changePaths();
      Await.latch(inside);
      for (int i = 0; i < 10_000; i++) {
        poller.changePaths();
      }
      nodes.finds(system, StubHeap.named("late"));
      goOn.countDown();
      assertEquals(List.of("late"), Events.next(told).joined());
      Await.until("it looked once more", () -> nodes.asked.get() >= 3);
      assertTrue(broker.rescan().isEmpty());
      assertEquals(4, nodes.asked.get(), "at the start, twice for the storm, and now");
    }
  }

  /** A provider may never return, and moves, maps and deadlines need workers and the timer. */
  @Test
  void aLookKeepsNeitherAWorkerNorTheTimer() throws Exception {
    try (Broker broker = builder().build()) {
      BlockingQueue<String> threads = new LinkedBlockingQueue<>();
      nodes.onAsk = () -> threads.add(Thread.currentThread().getName());
      poller.changePaths();
      assertEquals("dmabroker-heap-watch", Events.next(threads));
    }
  }

  @Test
  void aPollerThatCannotWatchLeavesRescan() {
    poller.onWatchPaths =
        () -> {
          throw new dev.dmabroker.spi.HeapException(
              dev.dmabroker.spi.HeapException.Kind.FAILED, "ENOSPC");
        };
    try (Broker broker = builder().build()) {
      nodes.finds(system, ScriptedHeap.cma());
      assertEquals(List.of("cma"), broker.rescan().joined());
    }
  }

  @Test
  void withoutPathsThereIsNothingToWatch() {
    try (Broker broker =
        Broker.builder()
            .heap(ScriptedHeap.system())
            .heuristic(new InOrder())
            .fencePoller(poller)
            .watchHeaps()
            .build()) {
      assertTrue(broker.rescan().isEmpty());
      assertEquals(Set.of(), poller.paths);
    }
  }
}
