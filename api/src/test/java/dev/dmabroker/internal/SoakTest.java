package dev.dmabroker.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Access;
import dev.dmabroker.Attachment;
import dev.dmabroker.BlobSpec;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.Constraints;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.HeapRefusal;
import dev.dmabroker.event.Move;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.PlacementHeuristic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Everybody does everything to many buffers at once, over heaps that run full and fail, and is
 * interrupted; the contents of every buffer are checked against a model at every map. Runs for
 * {@code -Ddmabroker.soak} (an ISO duration), from the seed {@code -Ddmabroker.soak.seed}.
 */
class SoakTest {
  private static final int THREADS = 6;
  private static final int BUFFERS = 24;
  private static final int SIZE = 4096;
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final long seed = Long.getLong("dmabroker.soak.seed", System.nanoTime());
  private final Duration length = Duration.parse(System.getProperty("dmabroker.soak", "PT5S"));

  private final ScriptedHeap system = ScriptedHeap.system();
  private final ScriptedHeap cma = ScriptedHeap.cma();
  private final ScriptedHeap small = new ScriptedHeap("small", ScriptedHeap.ordinary().build());
  private final ScriptedHeap tiny = new ScriptedHeap("tiny", ScriptedHeap.cma().traits());
  private final List<ScriptedHeap> heaps = List.of(small, tiny, system, cma);
  private final Counts counts = new Counts();

  private final Broker broker =
      Broker.builder()
          .heap(small)
          .heap(tiny)
          .heap(system)
          .heap(cma)
          .heuristic(new Crowding())
          .listener(counts)
          .longestHold(Duration.ofMillis(5))
          .moveRetries(Duration.ofMillis(1), 3)
          .mapTimeout(PATIENCE)
          .closeTimeout(Duration.ofSeconds(30))
          .build();

  private final List<Device> devices =
      List.of(
          broker.register("cpu", Constraints.none()),
          broker.register("gpu", Constraints.none()),
          broker.register("display", Constraints.builder().contiguous().build()),
          broker.register("scanner", Constraints.builder().addressBits(32).build()),
          broker.register("encoder", Constraints.builder().minSize(2 * SIZE).build()),
          broker.register("old", Constraints.builder().forbiddenHeaps("cma", "tiny").build()),
          broker.register("picky", Constraints.builder().permittedHeaps("system", "cma").build()),
          broker.register(DeviceSpec.named("viewer").access(Access.READ)),
          broker.register(
              DeviceSpec.named("flexible")
                  .alternatives(
                      Constraints.builder().permittedHeaps("tiny").build(),
                      Constraints.builder().permittedHeaps("cma", "system").build())),
          broker.register(
              DeviceSpec.named("meter")
                  .constraints(Constraints.builder().permittedHeaps("small", "system").build())
                  .dispensable()));

  private final List<Cell> cells = new ArrayList<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean stop;

  /** In order, and asks whoever is idle to leave a heap that is full. */
  private static final class Crowding implements PlacementHeuristic {
    @Override
    public String name() {
      return "crowding";
    }

    @Override
    public List<Ranked> rank(Request request) {
      return new Fixture.InOrder().rank(request);
    }

    @Override
    public Eviction evict(Crowded crowded) {
      return new Eviction(crowded.residents().stream().map(Resident::id).toList(), 1e9);
    }
  }

  /** What happened, for the summary. */
  private static final class Counts implements BrokerListener {
    final AtomicLong operations = new AtomicLong();
    final AtomicLong maps = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong moves = new AtomicLong();
    final AtomicLong evictions = new AtomicLong();
    final AtomicLong rollbacks = new AtomicLong();
    final AtomicLong heapRefusals = new AtomicLong();

    @Override
    public void moved(Move event) {
      moves.incrementAndGet();
      if (event.cause().startsWith("room for ")) {
        evictions.incrementAndGet();
      }
    }

    @Override
    public void moveRolledBack(Move event) {
      rollbacks.incrementAndGet();
    }

    @Override
    public void heapRefused(HeapRefusal event) {
      heapRefusals.incrementAndGet();
    }
  }

  /** A buffer and what must be in it. Writers hold the write lock, readers the read lock. */
  private static final class Cell {
    final ReentrantReadWriteLock model = new ReentrantReadWriteLock();
    final List<Attachment> attachments = new CopyOnWriteArrayList<>();
    volatile SharedBuffer buffer;

    /** Each long is this plus its offset, or all are zero if this is zero. */
    long value;

    /** A failed overwrite has declared the contents dead. */
    boolean dead;

    Cell(SharedBuffer buffer) {
      this.buffer = buffer;
    }

    void fill(Mapping mapping, long newValue) {
      try (CpuView view = mapping.cpuView()) {
        ByteBuffer bytes = view.bytes();
        dead = true; // Until it is complete.
        for (int i = 0; i < SIZE; i += 8) {
          bytes.putLong(i, newValue + i);
        }
      }
      value = newValue;
      dead = false;
    }

    void check(Mapping mapping) {
      try (CpuView view = mapping.cpuView()) {
        ByteBuffer bytes = view.bytes();
        for (int i = 0; i < SIZE && !dead; i += 8) {
          long expected = value == 0 ? 0 : value + i;
          if (bytes.getLong(i) != expected) {
            throw new AssertionError(
                buffer.name()
                    + " in "
                    + mapping.heapName()
                    + ", generation "
                    + mapping.generation()
                    + ": "
                    + Long.toHexString(bytes.getLong(i))
                    + " at "
                    + i
                    + " instead of "
                    + Long.toHexString(expected));
          }
        }
      }
    }
  }

  @Test
  void nothingIsLostAndNothingHangs() throws Exception {
    small.capacity(6L * SIZE);
    tiny.capacity(4L * SIZE);
    heaps.forEach(SoakTest::plantFaults);
    for (int i = 0; i < BUFFERS; i++) {
      cells.add(new Cell(broker.export(BlobSpec.of(SIZE))));
    }
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Random random = new Random(seed + i);
      workers.add(new Thread(() -> work(random), "soak-" + i));
    }
    workers.forEach(Thread::start);
    disturb(workers);
    stop = true;
    for (Thread worker : workers) {
      Await.ended(worker);
    }
    broker.close();
    System.out.printf(
        "soak: seed=%d length=%s operations=%d maps=%d refused=%d moves=%d evictions=%d rollbacks=%d"
            + " heap_refusals=%d failures=%d%n",
        seed,
        length,
        counts.operations.get(),
        counts.maps.get(),
        counts.refused.get(),
        counts.moves.get(),
        counts.evictions.get(),
        counts.rollbacks.get(),
        counts.heapRefusals.get(),
        failures.size());
    if (!failures.isEmpty()) {
      throw new AssertionError("seed " + seed, failures.peek());
    }
    for (ScriptedHeap heap : heaps) {
      Await.until(heap.name() + " got everything back", () -> heap.live() == 0);
      assertEquals(1, heap.timesClosed());
    }
    assertTrue(counts.moves.get() > 0 && counts.rollbacks.get() > 0, "it did what it is for");
  }

  private static void plantFaults(ScriptedHeap heap) {
    ScriptedHeap.Hook fault =
        () -> {
          int dice = ThreadLocalRandom.current().nextInt(1000);
          if (dice < 10) {
            throw new HeapException(HeapException.Kind.FAILED, "fault: EIO");
          } else if (dice < 15) {
            throw new IllegalStateException("fault: a bug");
          } else if (dice < 25) {
            LockSupport.parkNanos(2_000_000); // A slow heap.
          }
        };
    heap.onAllocate(fault);
    heap.onBegin(fault);
  }

  /** Interrupts workers and makes allocations too short now and then, until the time is up. */
  private void disturb(List<Thread> workers) {
    Random random = new Random(seed - 1);
    long end = System.nanoTime() + length.toNanos();
    while (System.nanoTime() - end < 0 && failures.isEmpty()) {
      LockSupport.parkNanos(3_000_000);
      workers.get(random.nextInt(THREADS)).interrupt();
      system.shortBy(random.nextInt(20) == 0 ? 8 : 0);
    }
    system.shortBy(0);
  }

  private void work(Random random) {
    List<Mapping> kept = new ArrayList<>();
    try {
      while (!stop) {
        Cell cell = cells.get(random.nextInt(BUFFERS));
        try {
          step(random, cell, kept);
        } catch (BrokerException e) {
          counts.refused.incrementAndGet();
        }
        counts.operations.incrementAndGet();
        Thread.interrupted();
        if (kept.size() > 2) {
          kept.remove(random.nextInt(kept.size())).close();
        }
      }
    } catch (Throwable t) {
      failures.add(t);
      stop = true;
    } finally {
      kept.forEach(Mapping::close);
    }
  }

  private void step(Random random, Cell cell, List<Mapping> kept) {
    int dice = random.nextInt(100);
    if (dice < 12) {
      attach(random, cell);
      return;
    } else if (dice < 22) {
      detach(random, cell);
      return;
    } else if (dice < 26) {
      giveBack(random, cell);
      return;
    } else if (dice < 28) {
      replace(cell);
      return;
    }
    Attachment attachment = any(random, cell.attachments);
    if (attachment == null) {
      attach(random, cell);
    } else if (dice < 33) {
      kept.add(attachment.map(Access.READ, PATIENCE)); // Held for too long, perhaps.
    } else if (dice < 55 && attachment.device().access() != Access.READ) {
      write(random, cell, attachment);
    } else {
      read(dice, cell, attachment);
    }
  }

  private void attach(Random random, Cell cell) {
    if (cell.attachments.size() < 5) {
      cell.attachments.add(cell.buffer.attach(devices.get(random.nextInt(devices.size()))));
    }
  }

  private static void detach(Random random, Cell cell) {
    Attachment attachment = any(random, cell.attachments);
    if (attachment != null && cell.attachments.remove(attachment)) {
      attachment.close();
    }
  }

  private static void giveBack(Random random, Cell cell) {
    cell.model.writeLock().lock();
    try {
      if (random.nextBoolean()) {
        cell.buffer.unprepare();
      } else {
        cell.buffer.evacuate(Duration.ofMillis(2));
      }
      cell.value = 0;
      cell.dead = false;
    } finally {
      cell.model.writeLock().unlock();
    }
  }

  private void replace(Cell cell) {
    cell.model.writeLock().lock();
    try {
      cell.buffer.close();
      cell.attachments.forEach(Attachment::close);
      cell.attachments.clear();
      cell.buffer = broker.export(BlobSpec.of(SIZE));
      cell.value = 0;
      cell.dead = false;
    } finally {
      cell.model.writeLock().unlock();
    }
  }

  private void write(Random random, Cell cell, Attachment attachment) {
    Access access = random.nextInt(3) == 0 ? Access.OVERWRITE : Access.READ_WRITE;
    cell.model.writeLock().lock();
    try {
      if (attachment.buffer() != cell.buffer) {
        return; // Replaced in the meantime.
      }
      cell.dead |= access == Access.OVERWRITE;
      try (Mapping mapping = attachment.map(access, PATIENCE)) {
        counts.maps.incrementAndGet();
        cell.fill(mapping, 1 + random.nextLong(1L << 60));
      }
    } finally {
      cell.model.writeLock().unlock();
    }
  }

  private void read(int dice, Cell cell, Attachment attachment) {
    cell.model.readLock().lock();
    try {
      if (attachment.buffer() != cell.buffer) {
        return;
      }
      Mapping mapping =
          dice < 70
              ? attachment.tryMap(Access.READ).orElse(null)
              : dice < 85 ? mapLater(attachment) : attachment.map(Access.READ, PATIENCE);
      if (mapping != null) {
        try (mapping) {
          counts.maps.incrementAndGet();
          cell.check(mapping);
        }
      }
    } finally {
      cell.model.readLock().unlock();
    }
  }

  private static @Nullable Mapping mapLater(Attachment attachment) {
    CompletableFuture<Mapping> future = attachment.mapAsync(Access.READ);
    try {
      return future.get(5, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | InterruptedException e) {
      if (!future.cancel(false) && !future.isCompletedExceptionally()) {
        future.join().close();
      }
      return null;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BrokerException failure) {
        throw failure;
      }
      throw new AssertionError(e);
    }
  }

  private static <T> @Nullable T any(Random random, List<T> list) {
    Object[] elements = list.toArray();
    @SuppressWarnings("unchecked")
    T element = elements.length == 0 ? null : (T) elements[random.nextInt(elements.length)];
    return element;
  }
}
