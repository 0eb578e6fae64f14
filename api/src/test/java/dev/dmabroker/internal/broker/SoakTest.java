package dev.dmabroker.internal.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.DeviceAttached;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.event.MemoryAllocated;
import dev.dmabroker.event.MemoryReleased;
import dev.dmabroker.internal.broker.Faults.Site;
import dev.dmabroker.internal.copy.CpuMover;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.SnapshotInvariants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
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
  private static final int SIZE = SoakActions.SIZE;

  private final long seed = Long.getLong("dmabroker.soak.seed", System.nanoTime());
  private final Duration length = Duration.parse(System.getProperty("dmabroker.soak", "PT4S"));
  private final Set<Thread> before = brokerThreads();

  private final Faults faults = new Faults(seed);
  private final SoakFences fences = new SoakFences(seed, faults);
  private final AtomicLong fencesAsked = new AtomicLong();
  private final Counts counts = new Counts(faults);

  private final ScriptedHeap system = ScriptedHeap.system();
  private final ScriptedHeap cma = ScriptedHeap.cma();
  private final ScriptedHeap small = new ScriptedHeap("small", ScriptedHeap.ordinary().build());
  private final ScriptedHeap tiny = new ScriptedHeap("tiny", ScriptedHeap.cma().traits());
  private final List<ScriptedHeap> heaps = List.of(small, tiny, system, cma);

  /** In order, and asks whoever is idle to leave a heap that is full. */
  private record Crowding(Faults faults) implements PlacementHeuristic {
    @Override
    public String name() {
      return "crowding";
    }

    @Override
    public List<Ranked> rank(Request request) {
      faults.strikeUndeclared(Site.RANK);
      return new InOrder().rank(request);
    }

    @Override
    public Eviction evict(Crowded crowded) {
      faults.strikeUndeclared(Site.EVICT);
      return new Eviction(crowded.residents().stream().map(Resident::id).limit(4).toList(), 1e9);
    }
  }

  private record FaultyMover(Faults faults) implements Mover {
    private static final Mover CPU = new CpuMover();

    @Override
    public String name() {
      return "faulty";
    }

    @Override
    public void prepare(Copy copy) throws HeapException {
      boolean unused = faults.strike(Site.PREPARE_COPY);
      CPU.prepare(copy);
    }

    @Override
    public long copy(Copy copy) throws HeapException {
      boolean unused = faults.strike(Site.COPY);
      return CPU.copy(copy);
    }
  }

  /** What happened, for the summary; and throws now and then. */
  private static final class Counts implements BrokerListener {
    final AtomicLong moves = new AtomicLong();
    final AtomicLong evictions = new AtomicLong();
    final AtomicLong rollbacks = new AtomicLong();
    private final Faults faults;

    Counts(Faults faults) {
      this.faults = faults;
    }

    @Override
    public void moved(BufferMove event) {
      moves.incrementAndGet();
      if (event.cause() == BufferMove.Cause.ROOM) {
        evictions.incrementAndGet();
      }
      faults.strikeUndeclared(Site.LISTENER);
    }

    @Override
    public void moveRolledBack(BufferMove event) {
      rollbacks.incrementAndGet();
      faults.strikeUndeclared(Site.LISTENER);
    }

    @Override
    public void attached(DeviceAttached event) {
      faults.strikeUndeclared(Site.LISTENER);
    }

    @Override
    public void allocated(MemoryAllocated event) {
      faults.strikeUndeclared(Site.LISTENER);
    }

    @Override
    public void released(MemoryReleased event) {
      faults.strikeUndeclared(Site.LISTENER);
    }

    @Override
    public void stalled(MapStalled event) {
      faults.strikeUndeclared(Site.LISTENER);
    }
  }

  @Test
  void nothingIsLostAndNothingHangs() throws Exception {
    small.capacity(24L * SIZE);
    tiny.capacity(12L * SIZE);
    Broker broker = broker();
    SoakActions actions = new SoakActions(broker, devices(broker), BUFFERS, faults, fences);
    fences.start();
    run(broker, actions);
    Throwable failure = actions.failures.peek();
    if (failure != null) {
      throw new AssertionError("-Ddmabroker.soak.seed=" + seed, failure);
    }
    end(broker, actions);
    assertEquals(Set.of(), faults.unused(), "places that were never called");
    assertTrue(counts.moves.get() > 0 && counts.rollbacks.get() > 0, "it did what it is for");
  }

  private Broker broker() {
    BrokerBuilder builder = Broker.builder();
    heaps.forEach(heap -> builder.heap(new FaultyHeap(heap, faults, this::kernelFence)));
    return builder
        .heuristic(new Crowding(faults))
        .mover(new FaultyMover(faults))
        .fencePoller(fences.poller)
        .listener(counts)
        .longestHold(Duration.ofMillis(5))
        .moveRetries(Duration.ofMillis(1), 3)
        .mapTimeout(Duration.ofMillis(100))
        .closeTimeout(Duration.ofSeconds(30))
        .build();
  }

  /** Some memory is still at work that the kernel knows of. */
  private Optional<SyncFile> kernelFence() {
    return fencesAsked.incrementAndGet() % 4 == 0
        ? Optional.of(fences.pending())
        : Optional.empty();
  }

  private static List<Device> devices(Broker broker) {
    return List.of(
        broker.register("cpu", Constraints.none()),
        broker.register("gpu", Constraints.none()),
        broker.register("display", Constraints.builder().contiguous().build()),
        broker.register("scanner", Constraints.builder().addressBits(32).build()),
        broker.register("encoder", Constraints.builder().minSize(2 * SIZE).build()),
        broker.register("old", Constraints.builder().forbiddenHeaps("cma", "tiny").build()),
        broker.register("picky", Constraints.builder().permittedHeaps("system", "cma").build()),
        broker.register(DeviceSpec.builder("viewer").access(Access.READ).build()),
        broker.register(
            DeviceSpec.builder("flexible")
                .alternatives(
                    Constraints.builder().permittedHeaps("tiny").build(),
                    Constraints.builder().permittedHeaps("cma", "system").build())
                .build()),
        broker.register(
            DeviceSpec.builder("meter")
                .constraints(Constraints.builder().permittedHeaps("small", "system").build())
                .dispensable()
                .build()));
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
    fences.end();
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
            + " evictions=%d fences=%d faults=%s corrupt=%d%n",
        seed,
        length,
        actions.operations.get(),
        actions.maps.get(),
        actions.refused.get(),
        counts.moves.get(),
        counts.rollbacks.get(),
        counts.evictions.get(),
        fences.poller.made(),
        faults,
        actions.failures.size());
    assertEquals(List.of(), List.copyOf(actions.failures), "-Ddmabroker.soak.seed=" + seed);
    for (ScriptedHeap heap : heaps) {
      Await.until(heap.name() + " got everything back", () -> heap.live() == 0);
      Await.until(heap.name() + " is closed", () -> heap.timesClosed() == 1);
    }
    Await.until("no thread is left behind", () -> before.containsAll(brokerThreads()));
    assertEquals(0, fences.poller.pending());
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
