package dev.dmabroker.fuzz;

import dev.dmabroker.fuzz.Hostility.Fault;
import dev.dmabroker.fuzz.Hostility.Site;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.SignallingPoller;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Fences without a kernel, which the walk signals; and their poller, which refuses now and then.
 */
final class Fences implements FencePoller {
  private static final int KERNEL_FENCE_IN = 8;

  private final SignallingPoller poller = new SignallingPoller();
  private final AtomicInteger asked = new AtomicInteger();
  private final Hostility hostility;
  private volatile boolean signalling;

  Fences(Hostility hostility) {
    this.hostility = hostility;
  }

  /** A new fence. */
  SyncFile make() {
    return poller.fence();
  }

  /** A fence that the kernel has on memory, now and then; it has signalled. */
  Optional<SyncFile> ofKernel() {
    if (asked.incrementAndGet() % KERNEL_FENCE_IN != 0) {
      return Optional.empty();
    }
    SyncFile fence = make();
    poller.signal(fence);
    return Optional.of(fence);
  }

  /** Signals a fence, whether or not it is watched yet. */
  void signal(SyncFile fence, OptionalInt errno) {
    poller.signal(fence, errno);
  }

  /** Signals all that are watched, and from now on each at once. */
  void signalAll() {
    signalling = true;
    poller.watched().forEach(poller::signal);
  }

  @Override
  public void watch(SyncFile fence, Consumer<OptionalInt> whenSignalled) throws HeapException {
    Fault unused = hostility.strike(Site.WATCH);
    poller.watch(fence, whenSignalled);
    if (signalling) {
      poller.signal(fence);
    }
  }

  @Override
  public void discard(SyncFile fence) {
    poller.discard(fence);
  }

  @Override
  public int pending() {
    return poller.pending();
  }

  @Override
  public void close() {}
}
