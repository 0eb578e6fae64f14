package dev.dmabroker.internal;

import dev.dmabroker.Broker;
import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.Mover;
import dev.dmabroker.spi.PlacementHeuristic;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts a broker together: finds heaps and a heuristic, and refuses what does not fit. */
public final class BrokerFactory {
  private static final System.Logger LOG = System.getLogger(Broker.class.getName());
  private static final String DEFAULT_HEURISTIC = "least-cost";

  private final List<Heap> heaps = new ArrayList<>();
  private final List<HeapProvider.Closed> closed = new ArrayList<>();

  private BrokerFactory() {}

  /** What copies unless something else is given. */
  public static Mover cpuMover() {
    return new CpuMover();
  }

  /** See {@link Broker.Builder#build()}. */
  public static Broker create(
      List<Heap> heaps,
      List<HeapProvider> providers,
      boolean discoverHeaps,
      @Nullable PlacementHeuristic heuristic,
      List<BrokerListener> listeners,
      Settings settings) {
    BrokerFactory factory = new BrokerFactory();
    factory.heaps.addAll(heaps);
    try {
      factory.ask(providers, discoverHeaps);
      factory.checkHeaps();
      factory.logHeaps();
      List<HeapAccount> accounts = factory.heaps.stream().map(HeapAccount::new).toList();
      Planner planner =
          new Planner(
              new HeapTable(accounts),
              heuristic != null ? heuristic : choose(ServiceLoader.load(PlacementHeuristic.class)));
      return new BrokerEngine(accounts, factory.closed, planner, Services.of(settings, listeners));
    } catch (RuntimeException | Error e) {
      factory.closeHeaps();
      throw e;
    }
  }

  private void ask(List<HeapProvider> given, boolean discover) {
    List<HeapProvider> providers = new ArrayList<>(given);
    if (discover) {
      ServiceLoader.load(HeapProvider.class).forEach(providers::add);
    }
    List<HeapProvider> fallbacks = new ArrayList<>();
    for (HeapProvider provider : providers) {
      guarded(
          provider,
          () -> {
            if (provider.fallback()) {
              fallbacks.add(provider);
            } else {
              ask(provider);
            }
          });
    }
    if (heaps.stream().noneMatch(heap -> heap.traits().deviceAccess().is(true))) {
      fallbacks.forEach(provider -> guarded(provider, () -> ask(provider)));
    }
  }

  private void guarded(HeapProvider provider, Runnable asking) {
    try {
      asking.run();
    } catch (RuntimeException | LinkageError e) {
      LOG.log(Level.WARNING, "heap provider " + provider.name() + " threw", e);
      closed.add(
          new HeapProvider.Closed(
              provider.name(), "looking for it threw " + e, "report this to who wrote it"));
    }
  }

  private void ask(HeapProvider provider) {
    for (HeapProvider.Finding finding : provider.discover()) {
      if (finding instanceof HeapProvider.Open open) {
        heaps.add(open.heap());
      } else if (finding instanceof HeapProvider.Closed shut) {
        closed.add(shut);
      } else {
        throw new IllegalStateException("heap provider " + provider.name() + " found null");
      }
    }
  }

  private void checkHeaps() {
    Map<String, String> owners = new HashMap<>();
    for (Heap heap : heaps) {
      Stream.concat(Stream.of(heap.name()), heap.aliases().stream())
          .distinct()
          .forEach(
              name -> {
                if (name.isBlank()) {
                  throw new IllegalStateException("a heap has a blank name: " + heap);
                }
                String other = owners.putIfAbsent(name, heap.name());
                if (other != null) {
                  throw new DuplicateNameException(
                      "heaps " + other + " and " + heap.name() + " both go by " + name);
                }
              });
    }
    if (heaps.isEmpty()) {
      throw new IllegalStateException(
          "the broker has no heap: call discoverHeaps() with dmabroker-allocators on the path, or"
              + " heap(...); closed heaps: "
              + closed);
    }
  }

  private void logHeaps() {
    heaps.forEach(
        heap ->
            LOG.log(
                Level.DEBUG,
                () -> "heap " + heap.name() + " of type " + heap.type() + ": " + heap.traits()));
    closed.forEach(
        shut ->
            LOG.log(
                Level.DEBUG,
                () -> "no heap " + shut.heap() + ": " + shut.reason() + "; " + shut.remedy()));
  }

  /** The default one of those that were found, or the only one. */
  static PlacementHeuristic choose(Iterable<PlacementHeuristic> heuristics) {
    Map<String, PlacementHeuristic> found = new HashMap<>();
    for (PlacementHeuristic heuristic : heuristics) {
      if (found.put(heuristic.name(), heuristic) != null) {
        throw new DuplicateNameException("two heuristics are named " + heuristic.name());
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

  private void closeHeaps() {
    for (Heap heap : heaps) {
      Guarded.run("closing a heap", heap::close);
    }
  }
}
