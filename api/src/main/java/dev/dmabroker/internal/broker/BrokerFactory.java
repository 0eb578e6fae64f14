package dev.dmabroker.internal.broker;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.internal.copy.CpuMover;
import dev.dmabroker.internal.heap.FoundHeaps;
import dev.dmabroker.internal.heap.HeapDiscovery;
import dev.dmabroker.internal.placement.HeapTable;
import dev.dmabroker.internal.placement.Planner;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Settings;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.PlacementHeuristic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts a broker together from its heaps, its heuristic and its settings. Not thread-safe. */
public final class BrokerFactory {
  private static final String DEFAULT_HEURISTIC = "least-cost";

  /** The heaps that the application gives. */
  public final List<Heap> heaps = new ArrayList<>();

  /** The providers that the application gives. */
  public final List<HeapProvider> providers = new ArrayList<>();

  private final List<Consumer<Broker>> listeners = new ArrayList<>();

  public boolean discoverHeaps;

  /** The heuristic; null if it has to be found. */
  public @Nullable PlacementHeuristic heuristic;

  public final Settings.Draft settings = new Settings.Draft();

  /** Adds a listener, which the broker tells its events from its start on. */
  public void listen(BrokerListener listener, Delivery delivery) {
    Objects.requireNonNull(listener, "listener");
    Objects.requireNonNull(delivery, "delivery");
    listeners.add(
        broker -> {
          Subscription unused = broker.listen(listener, delivery);
        });
  }

  /** Makes a broker of what is there now; see {@link BrokerBuilder#build()}. */
  public Broker create() {
    Broker broker = make();
    listeners.forEach(add -> add.accept(broker));
    return broker;
  }

  private Broker make() {
    Exceptions.prepare();
    Settings chosen = settings.done(CpuMover::new);
    HeapDiscovery discovery = new HeapDiscovery(heaps, providers, discoverHeaps);
    try {
      FoundHeaps found = discovery.find();
      Planner planner =
          new Planner(
              new HeapTable(found),
              heuristic != null ? heuristic : choose(ServiceLoader.load(PlacementHeuristic.class)));
      return new BrokerEngine(
          discovery, planner, Services.of(chosen, HeapDiscovery.workersKept(found)));
    } catch (Throwable e) {
      // There is no broker that could close the heaps.
      discovery.abandon();
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
