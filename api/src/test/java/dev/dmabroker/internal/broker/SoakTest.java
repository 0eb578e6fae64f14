package dev.dmabroker.internal.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.SnapshotInvariants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Everybody does everything to many buffers at once, over heaps that run full, while everything
 * that the broker calls fails now and then, and callers are interrupted; the contents of every
 * buffer are checked against a {@linkplain SoakContents model} at every map. Runs for {@code
 * -Ddmabroker.soak} (an ISO duration), from the seed {@code -Ddmabroker.soak.seed}.
 */
class SoakTest {
  private static final int THREADS = 16;
  private static final int BUFFERS = 200;
  private static final int ROOM = 12;

  private final long seed = Long.getLong("dmabroker.soak.seed", System.nanoTime());
  private final Duration length = Duration.parse(System.getProperty("dmabroker.soak", "PT4S"));
  private final Set<Thread> before = brokerThreads();

  private final SoakBroker soak = new SoakBroker(seed, ROOM);

  @Test
  void nothingIsLostAndNothingHangs() throws Exception {
    Broker broker = soak.build(LeakTracking.SAMPLED);
    SoakActions actions =
        new SoakActions(
            broker,
            devices(broker),
            BUFFERS,
            Long.MAX_VALUE,
            Duration.ZERO,
            soak.faults,
            soak.fences);
    soak.fences.start();
    run(broker, actions);
    Throwable failure = actions.failures.peek();
    if (failure != null) {
      throw new AssertionError("-Ddmabroker.soak.seed=" + seed, failure);
    }
    end(broker, actions);
    assertEquals(Set.of(), soak.faults.unused(), "places that were never called");
    assertTrue(
        soak.counts.moves.get() > 0
            && soak.counts.rollbacks.get() > 0
            && soak.counts.departures.get() > 0,
        "it did what it is for");
  }

  /** Devices of many wishes, and one that is not trusted with what comes after it has left. */
  private static List<Device> devices(Broker broker) {
    List<Device> devices = new ArrayList<>(SoakBroker.devices(broker));
    devices.add(
        broker.register(DeviceSpec.builder("guest").group("guests").access(Access.READ).build()));
    return devices;
  }

  private void run(Broker broker, SoakActions actions) throws InterruptedException {
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Random random = new Random(seed + i);
      workers.add(new Thread(() -> actions.work(random), "soak-" + i));
    }
    workers.forEach(Thread::start);
    disturb(broker, workers, actions);
    actions.stop();
    for (Thread worker : workers) {
      Await.ended(worker);
    }
  }

  /** Interrupts one worker after the other, and looks at the broker, until the time is up. */
  private void disturb(Broker broker, List<Thread> workers, SoakActions actions) {
    Random random = new Random(seed - 1);
    long end = System.nanoTime() + length.toNanos();
    while (System.nanoTime() - end < 0 && actions.failures.isEmpty()) {
      LockSupport.parkNanos(3_000_000);
      workers.get(random.nextInt(THREADS)).interrupt();
      try {
        SnapshotInvariants.check(broker.snapshot());
      } catch (AssertionError | RuntimeException e) {
        actions.failures.add(e);
      }
    }
  }

  private void end(Broker broker, SoakActions actions) throws Exception {
    soak.fences.end(Await::ended);
    actions.close();
    Await.until("every map has ended", () -> actions.asked.get() == 0);
    SnapshotInvariants.check(broker.snapshot());
    try {
      broker.close();
    } catch (WaitInterruptedException e) {
      Thread.interrupted(); // By a fault, as memory was given back in this thread.
    }
    System.out.printf(
        "soak: seed=%d length=%s operations=%d maps=%d refused=%d moves=%d rollbacks=%d"
            + " evictions=%d departures=%d fences=%d faults=%s corrupt=%d%n",
        seed,
        length,
        actions.operations.get(),
        actions.maps.get(),
        actions.refused.get(),
        soak.counts.moves.get(),
        soak.counts.rollbacks.get(),
        soak.counts.evictions.get(),
        soak.counts.departures.get(),
        soak.fences.poller.made(),
        soak.faults,
        actions.failures.size());
    soak.heaps.forEach(heap -> heap.misuse().ifPresent(actions.failures::add));
    assertEquals(List.of(), List.copyOf(actions.failures), "-Ddmabroker.soak.seed=" + seed);
    for (ScriptedHeap heap : soak.heaps) {
      Await.until(heap.name() + " got everything back", () -> heap.live() == 0);
      Await.until(heap.name() + " is closed", () -> heap.timesClosed() == 1);
    }
    Await.until("no thread is left behind", () -> before.containsAll(brokerThreads()));
    assertEquals(0, soak.fences.poller.pending());
  }

  /** The threads of brokers, without the one that finds lost handles: that serves all of them. */
  private static Set<Thread> brokerThreads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(
        thread ->
            !thread.getName().startsWith("dmabroker-")
                || thread.getName().equals("dmabroker-leaks"));
    return threads;
  }
}
