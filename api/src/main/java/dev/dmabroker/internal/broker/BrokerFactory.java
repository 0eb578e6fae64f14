package dev.dmabroker.internal.broker;

import dev.dmabroker.Broker;
import dev.dmabroker.internal.copy.CpuMover;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapDiscovery;
import dev.dmabroker.internal.heap.WorkerTurns;
import dev.dmabroker.internal.placement.HeapTable;
import dev.dmabroker.internal.placement.Planner;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Settings;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.Mover;
import dev.dmabroker.spi.PlacementHeuristic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Puts a broker together from its heaps, its heuristic and its settings. */
public final class BrokerFactory {
  private static final String DEFAULT_HEURISTIC = "least-cost";

  private BrokerFactory() {}

  /** The mover that copies unless the application gives another. */
  public static Mover cpuMover() {
    return new CpuMover();
  }

  /** Makes a broker; see {@link Broker.Builder#build()}. */
  public static Broker create(
      List<Heap> heaps,
      List<HeapProvider> providers,
      boolean discoverHeaps,
      @Nullable PlacementHeuristic heuristic,
      Settings settings) {
    Exceptions.prepare();
    HeapDiscovery discovery = new HeapDiscovery(heaps);
    try {
      discovery.find(providers, discoverHeaps);
      List<HeapAccount> accounts = discovery.accounts();
      Planner planner =
          new Planner(
              new HeapTable(accounts),
              discovery.closed(),
              heuristic != null ? heuristic : choose(ServiceLoader.load(PlacementHeuristic.class)));
      return new BrokerEngine(
          accounts,
          discovery.closed().all(),
          planner,
          Services.of(settings, WorkerTurns.MOST * (accounts.size() + /* evictions */ 1)));
    } catch (Throwable e) {
      // There is no broker that could close the heaps.
      discovery.closeHeaps();
      throw e;
    }
  }

  /** Chooses the default heuristic of those that were found, or the only one. */
  static PlacementHeuristic choose(Iterable<PlacementHeuristic> heuristics) {
    Map<String, PlacementHeuristic> found = new HashMap<>();
    for (PlacementHeuristic heuristic : heuristics) {
      if (found.put(heuristic.name(), heuristic) != null) {
        throw Exceptions.duplicateName("two heuristics are named " + heuristic.name());
      }
    }
    PlacementHeuristic chosen = found.get(DEFAULT_HEURISTIC);
    if (chosen == null && found.size() == 1) {
      chosen = found.values().iterator().next();
    }
    if (chosen == null) {
      throw new IllegalStateException(
          "the broker has no placement heuristic: put dmabroker-heuristics on the path, or call"
              + " heuristic(...); found: "
              + found.keySet());
    }
    return chosen;
  }
}
