package dev.dmabroker.testing;

import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.HeapException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Fences without a kernel, which signal when a test says so. */
public final class SignallingPoller implements FencePoller {
  private final AtomicInteger fences = new AtomicInteger();
  private final Map<SyncFile, Consumer<OptionalInt>> watched = new ConcurrentHashMap<>();
  private final Set<SyncFile> signalled = ConcurrentHashMap.newKeySet();
  private volatile ScriptedHeap.Hook onWatch = () -> {};

  /** One that nobody has seen yet. */
  public SyncFile fence() {
    return new SyncFile(fences.getAndIncrement() & Integer.MAX_VALUE);
  }

  /** Fences made so far. */
  public int made() {
    return fences.get();
  }

  public void onWatch(ScriptedHeap.Hook hook) {
    onWatch = hook;
  }

  public void signal(SyncFile fence) {
    signal(fence, OptionalInt.empty());
  }

  /** Tells whoever watches the fence, or will. */
  public void signal(SyncFile fence, OptionalInt errno) {
    signalled.add(fence);
    tell(fence, errno);
  }

  private void tell(SyncFile fence, OptionalInt errno) {
    Consumer<OptionalInt> whenSignalled = watched.remove(fence);
    if (whenSignalled != null) {
      signalled.remove(fence);
      whenSignalled.accept(errno);
    }
  }

  public List<SyncFile> watched() {
    return List.copyOf(watched.keySet());
  }

  @Override
  public void watch(SyncFile fence, Consumer<OptionalInt> whenSignalled) throws HeapException {
    onWatch.run();
    watched.put(fence, whenSignalled);
    if (signalled.contains(fence)) {
      tell(fence, OptionalInt.empty());
    }
  }

  @Override
  public void discard(SyncFile fence) {
    signalled.remove(fence);
  }

  @Override
  public int pending() {
    return watched.size();
  }

  @Override
  public void close() {}
}
