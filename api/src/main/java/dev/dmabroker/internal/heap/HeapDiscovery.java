package dev.dmabroker.internal.heap;

import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * Finds a broker's heaps: those that the application gave, and those that providers find. It
 * refuses names that are blank or taken twice.
 */
public final class HeapDiscovery {
  private final List<Heap> heaps;
  private final List<HeapProvider.Closed> closed = new ArrayList<>();

  public HeapDiscovery(List<Heap> given) {
    heaps = new ArrayList<>(given);
  }

  /**
   * Asks providers for more heaps.
   *
   * @param discover whether to look for providers besides those that are given
   * @throws IllegalStateException if there is no heap then, or a provider or heap is at fault
   * @throws DuplicateNameException if two heaps have one name
   */
  public void find(List<HeapProvider> providers, boolean discover) {
    askAll(providers, discover);
    check();
    log();
  }

  /** Returns an account for each heap, in the order in which the heaps were found. */
  public List<HeapAccount> accounts() {
    return heaps.stream().map(HeapAccount::new).toList();
  }

  /** Returns the heaps that cannot be used here, with what would help. */
  public List<HeapProvider.Closed> closed() {
    return closed;
  }

  /** Asks all providers. Fallbacks are asked only if no heap has memory that devices can access. */
  private void askAll(List<HeapProvider> given, boolean discover) {
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

  /** Runs foreign code. A provider that throws counts as a heap that is closed. */
  private void guarded(HeapProvider provider, Runnable asking) {
    try {
      asking.run();
    } catch (RuntimeException | LinkageError e) {
      EngineLog.LOG.log(Level.WARNING, "heap provider " + provider.name() + " threw", e);
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

  /** Checks that names lead to one heap each, and that there is a heap. */
  private void check() {
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
                  throw Exceptions.duplicateName(
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

  /** Logs what was found, for a reader that looks for a missing heap. */
  private void log() {
    heaps.forEach(
        heap ->
            EngineLog.LOG.log(
                Level.DEBUG,
                () -> "heap " + heap.name() + " of type " + heap.type() + ": " + heap.traits()));
    closed.forEach(
        shut ->
            EngineLog.LOG.log(
                Level.DEBUG,
                () -> "no heap " + shut.heap() + ": " + shut.reason() + "; " + shut.remedy()));
  }

  /** Closes the heaps of a broker that could not be built. */
  public void closeHeaps() {
    for (Heap heap : heaps) {
      Guarded.run("closing a heap", heap::close);
    }
  }
}
