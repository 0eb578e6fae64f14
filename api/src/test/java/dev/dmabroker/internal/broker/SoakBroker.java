package dev.dmabroker.internal.broker;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.DeviceAttached;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.event.MemoryAllocated;
import dev.dmabroker.event.MemoryReleased;
import dev.dmabroker.internal.broker.Faults.Site;
import dev.dmabroker.internal.copy.CpuMover;
import dev.dmabroker.internal.runtime.World;
import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The broker of a soak: its heaps, which run full, its devices, and faults in all that it calls.
 */
final class SoakBroker {
  private static final int SIZE = SoakActions.SIZE;

  /**
   * No multiple of a pause, so that no drain's deadline is the moment at which a thread goes on.
   */
  private static final Duration HOLD = Duration.ofNanos(5_050_505);

  final Faults faults;
  final SoakFences fences;
  final Counts counts;

  private final AtomicLong fencesAsked = new AtomicLong();
  private final ScriptedHeap system = ScriptedHeap.system();
  private final ScriptedHeap cma = ScriptedHeap.cma();
  private final ScriptedHeap small = new ScriptedHeap("small", ScriptedHeap.ordinary().build());
  private final ScriptedHeap tiny = new ScriptedHeap("tiny", ScriptedHeap.cma().traits());
  final List<ScriptedHeap> heaps = List.of(small, tiny, system, cma);

  /**
   * Makes the parts of a broker.
   *
   * @param room how many buffers the smaller of two small heaps holds
   */
  SoakBroker(long seed, int room) {
    this.faults = new Faults(seed);
    this.fences = new SoakFences(seed, faults);
    this.counts = new Counts(faults);
    small.capacity(2L * room * SIZE);
    tiny.capacity((long) room * SIZE);
  }

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
    private static final Duration COPY_TIME = Duration.ofNanos(70_007);

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
      long copied = CPU.copy(copy);
      if (World.here() instanceof Simulation world) {
        world.sleep(COPY_TIME); // What is written meanwhile is lost.
      }
      return copied;
    }
  }

  /** What happened, for the summary; and throws now and then. */
  static final class Counts implements BrokerListener {
    final AtomicLong moves = new AtomicLong();
    final AtomicLong evictions = new AtomicLong();
    final AtomicLong rollbacks = new AtomicLong();
    final AtomicLong departures = new AtomicLong();
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
      if (event.cause() == BufferMove.Cause.TRUST) {
        departures.incrementAndGet();
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

  /** Builds the broker; leaks are looked for as it says, as they are found by chance. */
  Broker build(LeakTracking leaks) {
    BrokerBuilder builder = Broker.builder();
    heaps.forEach(heap -> builder.heap(new FaultyHeap(heap, faults, this::kernelFence)));
    return builder
        .heuristic(new Crowding(faults))
        .mover(new FaultyMover(faults))
        .fencePoller(fences.poller)
        .listener(counts)
        .leakTracking(leaks)
        .longestHold(HOLD)
        .moveRetries(Duration.ofMillis(1), 3)
        .mapTimeout(Duration.ofMillis(100))
        .closeTimeout(Duration.ofSeconds(30))
        .build();
  }

  /** The kernel knows of work on some memory. */
  private Optional<SyncFile> kernelFence(int fd) {
    Optional<SyncFile> ofWrite = fences.writing(fd);
    if (ofWrite.isPresent()) {
      return ofWrite;
    }
    return fencesAsked.incrementAndGet() % 4 == 0
        ? Optional.of(fences.pending())
        : Optional.empty();
  }

  /** Registers devices of many wishes. */
  static List<Device> devices(Broker broker) {
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
}
