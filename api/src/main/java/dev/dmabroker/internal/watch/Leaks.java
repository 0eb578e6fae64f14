package dev.dmabroker.internal.watch;

import dev.dmabroker.LeakTracking;
import dev.dmabroker.event.BrokerSnapshot.LeakStats;
import dev.dmabroker.event.LeakFound;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.LostHandles;
import dev.dmabroker.internal.runtime.Time;
import java.lang.System.Logger.Level;
import java.lang.ref.ReferenceQueue;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Finds handles that applications lost without closing them ({@link LostHandles}), and reports
 * them.
 *
 * <p><b>Samples.</b> To follow a mapping takes longer than all that a map does otherwise, and makes
 * garbage. So they are taken by time rather than by number: one in 10 ms on average, which nobody
 * notices who maps a million times in between, and which is every map of a pipeline at 60 frames a
 * second. The pause is random, as a pipeline that maps in a fixed order would otherwise always be
 * met at the same point. What was not used is saved up, for 64 samples in a row at most.
 */
public final class Leaks {
  private static final long PAUSE_NANOS = 10_000_000;
  private static final int SAVED_UP = 64;

  /** What is reachable from nowhere else while it waits to be lost. */
  private static final Set<Object> KEPT = ConcurrentHashMap.newKeySet();

  private final LeakTracking tracking;
  private final Listeners listeners;
  private final Time time;
  private final LogLimit limit = new LogLimit();
  private final LongAdder mappings = new LongAdder();
  private final LongAdder attachments = new LongAdder();
  private final LongAdder buffers = new LongAdder();

  /** When the next sample is due. Racy on purpose: that costs a sample too many. */
  private long dueNanos;

  public Leaks(LeakTracking tracking, Listeners listeners, Time time) {
    this.tracking = tracking;
    this.listeners = listeners;
    this.time = time;
    long now = time.nanos();
    // For who never tracks, in a century or two.
    dueNanos =
        tracking == LeakTracking.NEVER ? now + Long.MAX_VALUE / 2 : now - SAVED_UP * PAUSE_NANOS;
  }

  Time time() {
    return time;
  }

  public boolean isTracking() {
    return tracking != LeakTracking.NEVER;
  }

  /** What to be told by; null if nobody wants to know. */
  @Nullable ReferenceQueue<Object> queue() {
    return isTracking() ? LostHandles.QUEUE : null;
  }

  // ---- Samples ----

  /** Whether what is made now should be followed. Two reads and a comparison. */
  public boolean isDue(long nowNanos) {
    return nowNanos - dueNanos >= 0;
  }

  /** Where something is made, if that is to be noted. */
  public @Nullable Throwable site(String what) {
    long nowNanos = time.nanos();
    return isDue(nowNanos) ? sample(nowNanos, what) : null;
  }

  /** After {@link #isDue}: where it is made; null if there is no room to note that. */
  public @Nullable Throwable sample(long nowNanos, String what) {
    if (tracking == LeakTracking.SAMPLED) {
      long saved = nowNanos - SAVED_UP * PAUSE_NANOS;
      long from = dueNanos - saved < 0 ? saved : dueNanos;
      dueNanos = from + ThreadLocalRandom.current().nextLong(2 * PAUSE_NANOS);
    }
    try {
      return new Throwable(what);
    } catch (OutOfMemoryError | StackOverflowError e) {
      return null;
    }
  }

  // ---- Being lost ----

  /** Keeps something from being collected before what it stands for is. */
  public static void keep(Object leakable) {
    KEPT.add(leakable);
  }

  public static void release(Object leakable) {
    KEPT.remove(leakable);
  }

  /** What is kept now, of all brokers. */
  public static Set<Object> kept() {
    return Set.copyOf(KEPT);
  }

  /** Counts, logs and tells; blocks as listeners do. */
  public void report(LeakFound leak) {
    switch (leak.kind()) {
      case MAPPING -> mappings.increment();
      case ATTACHMENT -> attachments.increment();
      case BUFFER -> buffers.increment();
    }
    log(leak);
    listeners.tell(listener -> listener.leaked(leak));
  }

  private void log(LeakFound leak) {
    OptionalLong skipped = limit.enter(time.nanos());
    if (skipped.isEmpty()) {
      return;
    }
    EngineLog.LOG.log(
        Level.WARNING,
        switch (leak.kind()) {
              case MAPPING -> "a mapping of " + leak.buffer() + forDevice(leak.device());
              case ATTACHMENT -> "an attachment to " + leak.buffer() + forDevice(leak.device());
              case BUFFER -> "buffer " + leak.buffer();
            }
            + " was not closed, is unreachable since, and has been closed by the broker "
            + leak.age().toMillis()
            + " ms after it was made"
            + (leak.created().isPresent() ? "" : "; where that was is not known")
            + LogLimit.skipped(skipped.getAsLong()),
        leak.created().orElse(null));
  }

  private static String forDevice(Optional<String> device) {
    return device.map(name -> " for " + name).orElse("");
  }

  public LeakStats snapshot() {
    return new StateRecords.LeakStats(mappings.sum(), attachments.sum(), buffers.sum());
  }
}
