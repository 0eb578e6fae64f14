package dev.dmabroker.internal.heap;

import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapProvider;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * Finds a broker's heaps: those that the application gave, and those that providers find. It
 * refuses names that are blank or taken twice.
 */
public final class HeapDiscovery {
  private final List<Heap> heaps;

  /** An account for each heap, as far as the heaps were asked what they are. */
  private final List<HeapAccount> accounts = new ArrayList<>();

  private final List<HeapProvider.Closed> closed = new ArrayList<>();

  public HeapDiscovery(List<Heap> given) {
    heaps = new ArrayList<>(given);
  }

  /**
   * Asks providers for more heaps.
   *
   * @param discover whether to look for providers besides those that are given
   * @throws IllegalStateException if there is neither a heap then nor a provider that could have
   *     found one, or a heap is at fault
   * @throws DuplicateNameException if two heaps have one name
   */
  public void find(List<HeapProvider> providers, boolean discover) {
    askAll(providers, discover);
    check();
    log(discover);
  }

  /** Returns an account for each heap, in the order in which the heaps were found. */
  public List<HeapAccount> accounts() {
    return List.copyOf(accounts);
  }

  /** Returns the heaps that cannot be used here, with what would help. */
  public ClosedHeaps closed() {
    return new ClosedHeaps(closed, accounts);
  }

  /** Asks all providers. Fallbacks are asked only if no heap has memory that devices can access. */
  private void askAll(List<HeapProvider> given, boolean discover) {
    List<HeapProvider> providers = new ArrayList<>(given);
    if (discover) {
      providers.addAll(discovered());
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
    openAccounts();
    if (!closed().isAnyImportable()) {
      fallbacks.forEach(provider -> guarded(provider, () -> ask(provider)));
      openAccounts();
    }
  }

  /**
   * Returns the providers on the path, in the order of their names: the order in which the JDK
   * finds them differs between versions.
   */
  private static List<HeapProvider> discovered() {
    TreeMap<String, List<HeapProvider>> named = new TreeMap<>();
    for (HeapProvider provider : ServiceLoader.load(HeapProvider.class)) {
      named.computeIfAbsent(nameOf(provider), name -> new ArrayList<>()).add(provider);
    }
    List<HeapProvider> found = new ArrayList<>();
    named.values().forEach(found::addAll);
    return found;
  }

  /** Asks heaps that are new what they are. */
  private void openAccounts() {
    while (accounts.size() < heaps.size()) {
      accounts.add(new HeapAccount(heaps.get(accounts.size())));
    }
  }

  /** Runs foreign code. A provider that throws counts as a heap that is closed. */
  private void guarded(HeapProvider provider, Runnable asking) {
    try {
      asking.run();
    } catch (Throwable e) {
      String name = nameOf(provider);
      EngineLog.LOG.log(Level.DEBUG, "heap provider " + name + " threw", e);
      closed.add(
          new HeapProvider.Closed(
              name,
              HeapProvider.Closed.Kind.FAILED,
              "looking for it threw " + e,
              "report this to its author"));
    }
  }

  /** Returns the provider's name, or that of its class if the provider throws. */
  private static String nameOf(HeapProvider provider) {
    try {
      return Foreign.ask(provider::name);
    } catch (HeapException e) {
      return provider.getClass().getName();
    }
  }

  private void ask(HeapProvider provider) {
    for (HeapProvider.Finding finding : provider.discover()) {
      if (finding instanceof HeapProvider.Open open) {
        heaps.add(open.heap());
      } else if (finding instanceof HeapProvider.Closed shut) {
        closed.add(shut);
      } else {
        throw new IllegalStateException("heap provider " + nameOf(provider) + " found null");
      }
    }
  }

  /** Checks that names lead to one heap each, and that heaps were looked for. */
  private void check() {
    Map<String, String> owners = new HashMap<>();
    for (HeapAccount heap : accounts) {
      for (String name : heap.names()) {
        if (name.isBlank()) {
          throw new IllegalStateException("a heap has a blank name: " + heap);
        }
        String other = owners.putIfAbsent(name, heap.name());
        if (other != null) {
          throw Exceptions.duplicateName(
              "heaps " + other + " and " + heap.name() + " both go by " + name);
        }
      }
    }
    if (heaps.isEmpty() && closed.isEmpty()) {
      throw new IllegalStateException(
          "the broker has no heap: call discoverHeaps() with dmabroker-allocators on the path, or"
              + " heap(...)");
    }
  }

  /**
   * Logs what was found: as a warning what keeps heaps of this machine closed, and that drivers can
   * import nothing, if that is not what the application chose.
   */
  private void log(boolean discover) {
    ClosedHeaps shut = closed();
    for (String line : shut.warnings()) {
      EngineLog.LOG.log(Level.WARNING, "heap " + line);
    }
    if (heaps.isEmpty() || (discover && !shut.isAnyImportable())) {
      EngineLog.LOG.log(
          Level.WARNING, "devices that are not cpuOnly() get no memory" + shut.advice());
    }
    if (EngineLog.LOG.isLoggable(Level.DEBUG)) {
      for (HeapAccount heap : accounts) {
        EngineLog.LOG.log(
            Level.DEBUG, "heap " + heap + " of type " + heap.info().type() + ": " + heap.traits());
      }
      for (HeapProvider.Closed heap : closed) {
        EngineLog.LOG.log(
            Level.DEBUG, "no heap " + heap.heap() + ": " + heap.reason() + "; " + heap.remedy());
      }
    }
  }

  /** Closes the heaps of a broker that could not be built. */
  public void closeHeaps() {
    for (Heap heap : heaps) {
      Guarded.run("closing a heap", heap::close);
    }
  }
}
