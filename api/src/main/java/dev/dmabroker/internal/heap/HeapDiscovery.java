package dev.dmabroker.internal.heap;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds a broker's heaps: those that the application gave, and those that providers find, when the
 * broker starts and again whenever it is told to. One thread at a time uses it.
 */
public final class HeapDiscovery {
  private final List<Heap> given;
  private final List<HeapProvider> providers;

  /** All that are asked, in order; empty before the first look. */
  private ImmutableList<HeapSource> sources = ImmutableList.of();

  /** Whether the application leaves it to the broker which heaps there are. */
  private final boolean discover;

  /** The last look; null before the first. */
  private @Nullable HeapLook look;

  /**
   * Looks for nothing yet.
   *
   * @param given the heaps that the application gave
   * @param providers the providers that it gave
   * @param discover whether to look for providers besides those that are given
   */
  public HeapDiscovery(List<Heap> given, List<HeapProvider> providers, boolean discover) {
    this.given = ImmutableList.copyOf(given);
    this.providers = ImmutableList.copyOf(providers);
    this.discover = discover;
  }

  /** Returns all sources. Fallbacks are last, as they depend on what the others find. */
  private ImmutableList<HeapSource> sources() {
    List<HeapSource> all = new ArrayList<>();
    providers.forEach(provider -> all.add(new HeapSource(provider)));
    if (discover) {
      all.addAll(HeapSource.discovered());
    }
    all.sort(Comparator.comparing(HeapSource::isFallback));
    return ImmutableList.copyOf(all);
  }

  /**
   * Looks for heaps the first time.
   *
   * @throws IllegalStateException if there is neither a heap nor a provider that could have found
   *     one, or a heap is at fault
   * @throws DuplicateNameException if two heaps have one name
   */
  public FoundHeaps find() {
    sources = sources();
    look = new HeapLook(null);
    FoundHeaps found = look.run(given, sources);
    if (found.open().isEmpty() && found.closed().all().isEmpty()) {
      throw new IllegalStateException(
          "the broker has no heap: call discoverHeaps() with dmabroker-allocators on the path, or"
              + " heap(...)");
    }
    log(found);
    return found;
  }

  /** Looks again. A provider that throws keeps the heaps that it has found before. */
  public FoundHeaps findAgain(FoundHeaps before) {
    look = new HeapLook(before);
    return look.run(given, sources);
  }

  /** Returns how many workers heaps that do not return may keep, and movers that make room. */
  public static int workersKept(FoundHeaps found) {
    return WorkerTurns.MOST * (found.open().size() + /* evictions */ 1);
  }

  /** Returns the paths that tell when to look again. */
  public Set<Path> watchedPaths() {
    ImmutableSet.Builder<Path> paths = ImmutableSet.builder();
    sources.forEach(source -> paths.addAll(source.watchedPaths()));
    return paths.build();
  }

  /**
   * Logs what was found: as a warning what keeps heaps of this machine closed, and that drivers can
   * import nothing, if that is not what the application chose.
   */
  private void log(FoundHeaps found) {
    ClosedHeaps shut = found.closed();
    shut.warnings().forEach(line -> EngineLog.LOG.log(Level.WARNING, "heap " + line));
    if (found.open().isEmpty()
        || (discover && found.open().stream().noneMatch(ClosedHeaps::isImportable))) {
      EngineLog.LOG.log(
          Level.WARNING, "devices that are not cpuOnly() get no memory" + shut.advice());
    }
    found.open().forEach(heap -> EngineLog.LOG.log(Level.DEBUG, () -> "heap " + heap.describe()));
    shut.all()
        .forEach(
            heap ->
                EngineLog.LOG.log(
                    Level.DEBUG,
                    () -> "no heap " + heap.heap() + ": " + heap.reason() + "; " + heap.remedy()));
  }

  /** Closes what the last look opened, as nothing comes of it. */
  public void abandon() {
    if (look != null) {
      look.abandon();
    } else {
      given.forEach(heap -> Guarded.run("closing a heap", heap::close));
    }
  }
}
