package dev.dmabroker.testing;

import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.HeapException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Fences that signal when a test says so. */
public final class ScriptedPoller implements FencePoller {
  public volatile ScriptedHeap.Hook onWatch = () -> {};
  public final List<SyncFile> discarded = new CopyOnWriteArrayList<>();
  public final AtomicInteger watched = new AtomicInteger();
  public final AtomicInteger timesClosed = new AtomicInteger();
  private final Map<SyncFile, Consumer<OptionalInt>> waiting = new ConcurrentHashMap<>();

  /** Whether it signals before {@link #watch} returns. */
  public volatile boolean signalsAtOnce;

  /** When each fence has signalled; empty if none has. */
  public volatile OptionalLong signalledNanos = OptionalLong.empty();

  @Override
  public OptionalLong signalledNanos(SyncFile fence) {
    return signalledNanos;
  }

  @Override
  public void watch(SyncFile fence, Consumer<OptionalInt> whenSignalled) throws HeapException {
    onWatch.run();
    watched.incrementAndGet();
    if (signalsAtOnce) {
      whenSignalled.accept(OptionalInt.empty());
    } else if (waiting.putIfAbsent(fence, whenSignalled) != null) {
      throw new AssertionError(fence + " was given twice");
    }
  }

  /** The paths that are watched. */
  public volatile Set<Path> paths = Set.of();

  public volatile ScriptedHeap.Hook onWatchPaths = () -> {};
  private volatile Runnable whenChanged = () -> {};

  @Override
  public void watchPaths(Set<Path> paths, Runnable whenChanged) throws HeapException {
    onWatchPaths.run();
    this.paths = paths;
    this.whenChanged = whenChanged;
  }

  /** Something happens at the watched paths. */
  public void changePaths() {
    whenChanged.run();
  }

  public void refuse() {
    refuseAfter(() -> {});
  }

  /** Once what happens at the same time has happened. */
  public void refuseAfter(ScriptedHeap.Hook meanwhile) {
    onWatch =
        () -> {
          meanwhile.run();
          throw new HeapException(HeapException.Kind.FAILED, "EINVAL");
        };
  }

  public void signal(SyncFile fence) {
    end(fence, OptionalInt.empty());
  }

  public void fail(SyncFile fence, int errno) {
    end(fence, OptionalInt.of(errno));
  }

  private void end(SyncFile fence, OptionalInt errno) {
    Consumer<OptionalInt> whenSignalled = waiting.remove(fence);
    if (whenSignalled == null) {
      throw new AssertionError(fence + " is not watched");
    }
    whenSignalled.accept(errno);
  }

  public void awaitWatched(SyncFile fence) {
    Await.until(fence + " is watched", () -> waiting.containsKey(fence));
  }

  @Override
  public void discard(SyncFile fence) {
    discarded.add(fence);
  }

  @Override
  public int pending() {
    return waiting.size();
  }

  @Override
  public void close() {
    timesClosed.incrementAndGet();
  }
}
