package dev.dmabroker.internal.heap;

import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapProvider.Closed;
import dev.dmabroker.spi.HeapProvider.Finding;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks one provider for heaps. A provider is foreign code: what it throws makes it count as a heap
 * that is closed. The object is immutable.
 */
final class HeapSource {
  private final HeapProvider provider;
  private final String name;
  private final boolean fallback;

  HeapSource(HeapProvider provider) {
    this.provider = provider;
    this.name = nameOf(provider);
    this.fallback = isFallback(provider);
  }

  /**
   * Returns the providers on the path, in the order of their names: the order in which the JDK
   * finds them differs between versions.
   */
  static List<HeapSource> discovered() {
    List<HeapSource> found = new ArrayList<>();
    for (HeapProvider provider : ServiceLoader.load(HeapProvider.class)) {
      found.add(new HeapSource(provider));
    }
    found.sort(Comparator.comparing(HeapSource::name));
    return found;
  }

  /** Returns the provider's name, or that of its class if the provider throws. */
  private static String nameOf(HeapProvider provider) {
    try {
      return Foreign.ask(provider::name);
    } catch (HeapException e) {
      return provider.getClass().getName();
    }
  }

  String name() {
    return name;
  }

  /** Tells whether the provider is asked only if no other heap has memory that drivers import. */
  boolean isFallback() {
    return fallback;
  }

  private static boolean isFallback(HeapProvider provider) {
    try {
      return Foreign.ask(provider::fallback);
    } catch (HeapException e) {
      return false; // It throws once more when it is asked for heaps, and counts as closed then.
    }
  }

  /** Returns the paths that tell when to ask again; none if the provider throws. */
  Set<Path> watchedPaths() {
    try {
      return Set.copyOf(Foreign.ask(provider::watchedPaths));
    } catch (HeapException | NullPointerException e) {
      EngineLog.LOG.log(Level.WARNING, "heap provider " + name + " does not say what to watch", e);
      return Set.of();
    }
  }

  /**
   * Asks for heaps.
   *
   * @param present the heaps that the provider found before; null at the first time
   * @return what it found; of a provider that throws, one closed finding
   */
  Answer ask(@Nullable List<Heap> present) {
    List<Finding> findings = new ArrayList<>();
    try {
      boolean unused = provider.fallback(); // It must not throw either.
      List<Finding> found = present == null ? provider.discover() : provider.rediscover(present);
      for (Finding finding : found) {
        if (finding == null) {
          throw new IllegalStateException("heap provider " + name + " found null");
        }
        findings.add(finding);
      }
      return new Answer(findings, /* whole= */ true);
    } catch (Throwable e) {
      EngineLog.LOG.log(Level.DEBUG, "heap provider " + name + " threw", e);
      findings.add(
          new Closed(
              name, Closed.Kind.FAILED, "looking for it threw " + e, "report this to its author"));
      return new Answer(findings, /* whole= */ false);
    }
  }

  /**
   * Holds what a provider found.
   *
   * @param whole whether it came to an end, so that what it did not find is not there
   */
  record Answer(List<Finding> findings, boolean whole) {}
}
