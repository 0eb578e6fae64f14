package dev.dmabroker.internal.stream;

import dev.dmabroker.BrokerException;
import dev.dmabroker.MapTimeoutException;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a stream can have no buffer more: a limit is reached, or the budget or the heaps refused one
 * within the quiet time. Guarded by the stream's lock.
 */
final class StreamShortage {
  private final StreamLife life;
  private final StreamUse use;
  private final StreamLimits limits;
  private final long quietNanos;

  /** Why the stream is held back; null unless it needs more buffers. */
  private @Nullable String heldBack;

  /** What refused the last buffer; null once one was made. */
  private @Nullable BrokerException refusal;

  private long refusedNanos;
  private long refused;

  StreamShortage(StreamUse use, StreamLimits limits) {
    this.life = use.life;
    this.use = use;
    this.limits = limits;
    this.quietNanos = Durations.nanos(life.spec.quietTime());
  }

  /** What is in the way of a buffer more; null if nothing is known. */
  @Nullable String obstacle() {
    String limit = limits.reached();
    if (limit != null) {
      return limit;
    }
    return refusal != null && life.exactNow() - refusedNanos < quietNanos
        ? noMemory(refusal)
        : null;
  }

  private static String noMemory(BrokerException refusal) {
    return "there is no memory: " + refusal.getMessage();
  }

  /** A buffer more is needed, and there can be none: tells so, once for a shortage. */
  void begin(String why, AfterLock after) {
    refused++;
    if (heldBack == null) {
      heldBack = why;
      life.events.heldBack(use.pool, why + "; " + use.describe(), after);
    }
  }

  /** {@link #begin} because a buffer was sought, and refused. */
  void begin(BrokerException failure, AfterLock after) {
    refusal = failure;
    refusedNanos = life.exactNow();
    begin(noMemory(failure), after);
  }

  /** A buffer is free. */
  void end() {
    heldBack = null;
  }

  /** A buffer was made, so that more may be sought. */
  void endRefusal() {
    refusal = null;
    end();
  }

  /** Why the producer got no buffer in time. Called without the lock. */
  MapTimeoutException timedOut(String what, Duration timeout) {
    String why;
    BrokerException cause;
    synchronized (life.lock) {
      String obstacle = obstacle();
      why =
          "cannot "
              + what
              + " within "
              + timeout.toMillis()
              + " ms: "
              + (obstacle == null ? "a buffer more is being made" : obstacle)
              + "; "
              + use.describe();
      cause = refusal;
    }
    return Exceptions.mapTimeout(why, use.holders(), cause);
  }

  /** How often a buffer more was refused. */
  long refused() {
    return refused;
  }

  @Nullable String heldBack() {
    return heldBack;
  }
}
