package dev.dmabroker.fuzz;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.fuzz.HostileExtensions.CallbackExecutor;
import dev.dmabroker.fuzz.HostileExtensions.HalfMover;
import dev.dmabroker.fuzz.HostileExtensions.Heuristic;
import dev.dmabroker.fuzz.HostileExtensions.Probe;
import dev.dmabroker.fuzz.HostileExtensions.Rebalancing;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.DeviceProbe;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.MemoryPressure;
import dev.dmabroker.spi.PressureGauge;
import dev.dmabroker.spi.RebalancePolicy;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.ScriptedHeap;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/** Makes the extensions of one walk, all of one hostility, and keeps its heaps. */
final class Extensions {
  private static final int PAGE = 4096;

  private final Hostility hostility;
  private final Findings findings;
  private final Oracles oracles;
  private final Fences fences;
  private final Executor executor;
  private volatile int nodes;
  private final List<HostileHeap> heaps = new CopyOnWriteArrayList<>();

  Extensions(Hostility hostility, Oracles oracles, boolean runsInPlace) {
    this.hostility = hostility;
    this.oracles = oracles;
    this.findings = oracles.findings();
    this.fences = new Fences(hostility);
    this.executor =
        new CallbackExecutor(runsInPlace ? Runnable::run : ForkJoinPool.commonPool(), hostility);
  }

  Fences fences() {
    return fences;
  }

  Hostility hostility() {
    return hostility;
  }

  /** From now on nothing fails. */
  void behave() {
    hostility.end();
  }

  List<HostileHeap> heaps() {
    return heaps;
  }

  /** A builder of a broker that can be built, unless the walk spoils it. */
  BrokerBuilder newBuilder() {
    return Broker.builder()
        .heap(heap("small", ScriptedHeap.ordinary(), 6 * PAGE))
        .heap(heap("system", ScriptedHeap.ordinary(), 64 * PAGE))
        .heap(
            heap(
                "cma",
                ScriptedHeap.ordinary()
                    .contiguous(Trait.declared(true))
                    .capacityBytes(Trait.declared(12L * PAGE)),
                12 * PAGE))
        .heap(
            heap(
                "low",
                ScriptedHeap.ordinary()
                    .contiguous(Trait.declared(true))
                    .addressBits(Trait.declared(32)),
                24 * PAGE))
        .heap(heap("blind", ScriptedHeap.ordinary().cpuReach(Trait.declared(false)), 24 * PAGE))
        .heaps(new Nodes())
        .heuristic(new Heuristic(hostility))
        .rebalancing(rebalancing())
        .fencePoller(fences)
        .callbackExecutor(executor)
        .listener(listener())
        .leakTracking(LeakTracking.NEVER) // The walk drops what is still open.
        .longestHold(Duration.ofMillis(4))
        .moveRetries(Duration.ofMillis(1), 3)
        .mapTimeout(Duration.ofMillis(20))
        .closeTimeout(Duration.ofMillis(30));
  }

  /** A gauge that answers, answers null, or throws. */
  PressureGauge pressureGauge() {
    return () ->
        hostility.strikeSilently(Hostility.Site.RANK) == Hostility.Fault.NULL
            ? Draw.nothing()
            : List.of(new MemoryPressure(MemoryPressure.Scope.MACHINE, 0.5, 0.25));
  }

  /** From now on there are these of the heaps that come and go, each a bit. */
  void nodes(int which) {
    nodes = which;
  }

  /** Finds heaps that come and go, or throws. */
  private final class Nodes implements HeapProvider {
    @Override
    public String name() {
      return "nodes";
    }

    @Override
    public List<Finding> discover() {
      return rediscover(List.of());
    }

    @Override
    public List<Finding> rediscover(List<Heap> present) {
      if (hostility.strikeSilently(Hostility.Site.RANK) == Hostility.Fault.NULL) {
        return Draw.nothing();
      }
      List<Finding> findings = new ArrayList<>();
      int now = nodes;
      for (int i = 0; i < 2; i++) {
        if ((now & 1 << i) != 0) {
          findings.add(new Open(known(present, "late-" + i, i == 0)));
        }
      }
      return findings;
    }

    private Heap known(List<Heap> present, String name, boolean contiguous) {
      return present.stream()
          .filter(heap -> heap.name().equals(name))
          .findFirst()
          .orElseGet(
              () ->
                  heap(
                      name,
                      ScriptedHeap.ordinary().contiguous(Trait.declared(contiguous)),
                      16 * PAGE));
    }
  }

  private HostileHeap heap(String name, HeapTraitsBuilder traits, long capacityBytes) {
    ScriptedHeap memory = new ScriptedHeap(name, traits.build());
    memory.capacity(capacityBytes);
    HostileHeap heap = new HostileHeap(memory, hostility, fences, findings);
    heaps.add(heap);
    return heap;
  }

  HostileHeap heap(String name) {
    return heap(name, ScriptedHeap.ordinary(), 8 * PAGE);
  }

  HalfMover mover() {
    return new HalfMover(hostility);
  }

  Heuristic heuristic() {
    return new Heuristic(hostility);
  }

  RebalancePolicy rebalancing() {
    return new Rebalancing(hostility);
  }

  BrokerListener listener() {
    return HostileExtensions.listener(hostility, oracles);
  }

  DeviceProbe probe() {
    return new Probe(hostility);
  }

  Executor executor() {
    return executor;
  }

  /** Memory of the application, which has this value in it. */
  ForeignMemory memory(String name, boolean movable, Layout layout, long value) {
    HostileHeap heap =
        heap(name, ScriptedHeap.ordinary().deviceAccess(Trait.declared(movable)), 1 << 20);
    return new ForeignMemory() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public HeapTraits traits() {
        return heap.traits();
      }

      @Override
      public boolean movable() {
        return movable;
      }

      @Override
      public Backing open() throws HeapException {
        hostilityAtOpen();
        Backing backing = heap.allocate(new Heap.Request(name, layout.sizeBytes()));
        fill(backing);
        return backing;
      }

      private void hostilityAtOpen() throws HeapException {
        Hostility.Fault unused = hostility.strike(Hostility.Site.OPEN_FOREIGN);
      }

      private void fill(Backing backing) throws HeapException {
        boolean filled = false;
        try {
          ByteBuffer bytes = backing.bytes(0, (int) backing.sizeBytes());
          Stamps.write(bytes, layout, value);
          filled = true;
        } finally {
          if (!filled) {
            backing.release();
          }
        }
      }
    };
  }
}
