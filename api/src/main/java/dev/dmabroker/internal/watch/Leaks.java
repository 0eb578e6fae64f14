package dev.dmabroker.internal.watch;

import dev.dmabroker.LeakTracking;
import dev.dmabroker.event.BrokerSnapshot.LeakStats;
import dev.dmabroker.event.LeakFound;
import dev.dmabroker.internal.runtime.LostHandles;
import dev.dmabroker.internal.runtime.Time;
import java.lang.ref.ReferenceQueue;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Decides which handles are followed, and reports those that applications lost without closing
 * them. {@link LostHandles} learns of the loss; what the handle stood for closes itself ({@link
 * Leakable}).
 *
 * <p><b>Samples.</b> To follow a mapping takes longer than all that a map does otherwise, and makes
 * garbage. So samples are taken by time rather than by number: one in 10 ms on average. An
 * application that maps a million times in between does not notice that, and in a pipeline at 60
 * frames a second it is every map. The pause is random, as a pipeline that maps in a fixed order
 * would otherwise always be met at one point of that order. The samples that were not taken are
 * saved up, for 64 samples in a row at most.
 */
public final class Leaks {
  private static final long PAUSE_NANOS = 10_000_000;
  private static final int SAVED_UP = 64;

  /** Objects that are reachable from nowhere else while they wait for the loss of their handles. */
  private static final Set<Object> KEPT = ConcurrentHashMap.newKeySet();

  private final LeakTracking tracking;
  private final Listeners listeners;
  private final Time time;
  private final LogLines lines;
  private final LongAdder mappings = new LongAdder();
  private final LongAdder attachments = new LongAdder();
  private final LongAdder buffers = new LongAdder();

  /** When the next sample is due. This is racy on purpose: a race costs a sample too many. */
  private long dueNanos;

  public Leaks(LeakTracking tracking, Listeners listeners, Time time) {
    this.tracking = tracking;
    this.listeners = listeners;
    this.time = time;
    this.lines = new LogLines(time);
    long now = time.nanos();
    // A broker that never tracks takes its first sample in a century or two.
    dueNanos =
        tracking == LeakTracking.NEVER ? now + Long.MAX_VALUE / 2 : now - SAVED_UP * PAUSE_NANOS;
  }

  Time time() {
    return time;
  }

  public boolean isTracking() {
    return tracking != LeakTracking.NEVER;
  }

  /** Returns the queue by which lost handles are told; null if leaks are not tracked. */
  @Nullable ReferenceQueue<Object> queue() {
    return isTracking() ? LostHandles.QUEUE : null;
  }

  // ---- Samples ----

  /** Tells whether what is made now should be followed. This takes two reads and a comparison. */
  public boolean isDue(long nowNanos) {
    return nowNanos - dueNanos >= 0;
  }

  /** Returns where the calling thread makes something now; null if that is not to be noted. */
  public @Nullable Throwable site(String what) {
    long nowNanos = time.nanos();
    return isDue(nowNanos) ? sample(nowNanos, what) : null;
  }

  /**
   * Takes a sample after {@link #isDue}. Returns where the caller is; null if there is no room to
   * note that.
   */
  public @Nullable Throwable sample(long nowNanos, String what) {
    if (tracking == LeakTracking.SAMPLED) {
      long saved = nowNanos - SAVED_UP * PAUSE_NANOS;
      long from = dueNanos - saved < 0 ? saved : dueNanos;
      dueNanos = from + ThreadLocalRandom.current().nextLong(2 * PAUSE_NANOS);
    }
    return here(what);
  }

  /** Returns where the calling thread is; null if there is no room to note that. */
  public static @Nullable Throwable here(String what) {
    try {
      return new Throwable(what);
    } catch (OutOfMemoryError | StackOverflowError e) {
      return null;
    }
  }

  // ---- Being lost ----

  /** Keeps an object from being collected before the handle that it stands for. */
  public static void keep(Object leakable) {
    KEPT.add(leakable);
  }

  /** Ends {@link #keep}, when the handle was closed or its loss was noticed. */
  public static void release(Object leakable) {
    KEPT.remove(leakable);
  }

  /** Returns the objects that are kept now, of all brokers. */
  public static Set<Object> kept() {
    return Set.copyOf(KEPT);
  }

  /** Counts and logs a leak, and tells the listeners. */
  public void report(LeakFound leak) {
    switch (leak.kind()) {
      case MAPPING -> mappings.increment();
      case ATTACHMENT -> attachments.increment();
      case BUFFER -> buffers.increment();
    }
    lines.warn(() -> line(leak), leak.created().orElse(null));
    listeners.tell(listener -> listener.leaked(leak));
  }

  private static String line(LeakFound leak) {
    return switch (leak.kind()) {
          case MAPPING -> "a mapping of " + leak.buffer() + forDevice(leak.device());
          case ATTACHMENT -> "an attachment to " + leak.buffer() + forDevice(leak.device());
          case BUFFER -> "buffer " + leak.buffer();
        }
        + " was not closed, is unreachable since, and has been closed by the broker "
        + leak.age().toMillis()
        + " ms after it was made"
        + (leak.created().isPresent() ? "" : "; where that was is not known");
  }

  private static String forDevice(Optional<String> device) {
    return device.map(name -> " for " + name).orElse("");
  }

  public LeakStats snapshot() {
    return new StateRecords.LeakStats(mappings.sum(), attachments.sum(), buffers.sum());
  }
}
