package dev.dmabroker.internal.stream;

import dev.dmabroker.BrokerException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a stream can have no more buffers: a limit is reached, or the budget or the heaps
 * refused a buffer within the quiet time. The stream's lock guards all state.
 */
final class StreamShortage {
  private final StreamLife life;
  private final StreamUse use;
  private final StreamLimits limits;
  private final long quietNanos;

  /** Why the stream is held back; null unless it needs more buffers. */
  private @Nullable String heldBack;

  /** The refusal of the last buffer; null once a buffer was made. */
  private @Nullable BrokerException refusal;

  /** When the last buffer was refused. */
  private long refusedNanos;

  /** How often one more buffer was needed and could not be had. */
  private long refused;

  StreamShortage(StreamUse use, StreamLimits limits) {
    this.life = use.life;
    this.use = use;
    this.limits = limits;
    this.quietNanos = Durations.nanos(life.spec.quietTime());
  }

  /** Has a change that throws put back what is known of the shortage. */
  void keep(AfterLock after) {
    String heldBack = this.heldBack;
    BrokerException refusal = this.refusal;
    long refusedNanos = this.refusedNanos;
    long refused = this.refused;
    after.undo(
        () -> {
          this.heldBack = heldBack;
          this.refusal = refusal;
          this.refusedNanos = refusedNanos;
          this.refused = refused;
        });
  }

  /** What is in the way of one more buffer; null if nothing is known. */
  @Nullable String obstacle() {
    String limit = limits.reached();
    if (limit != null) {
      return limit;
    }
    return refusal != null && life.exactNow() - refusedNanos < quietNanos
        ? noMemory(refusal)
        : null;
  }

  /** How long it takes until the {@link #obstacle} has passed, if no change takes it away. */
  long left(long nowNanos) {
    if (limits.reached() != null) {
      return StreamWatch.NEVER;
    }
    return refusal == null ? 0 : refusedNanos - nowNanos + quietNanos;
  }

  private static String noMemory(BrokerException refusal) {
    return "there is no memory: " + refusal.getMessage();
  }

  /** One more buffer is needed, and there can be none: tells listeners, once for each shortage. */
  void begin(String why, AfterLock after) {
    refused++;
    if (heldBack == null) {
      heldBack = why;
      life.events.heldBack(use.pool, why + "; " + use.describe(), after);
    }
  }

  /** Begins a shortage because one more buffer was sought, and refused. */
  void begin(BrokerException failure, AfterLock after) {
    refusal = failure;
    refusedNanos = life.exactNow();
    begin(noMemory(failure), after);
  }

  /** Whether there is a shortage that was told. */
  boolean isTold() {
    return heldBack != null;
  }

  /** A buffer is free. */
  void end() {
    heldBack = null;
  }

  /** Another heap may give what was refused. */
  void forgetRefusal() {
    refusal = null;
  }

  /** A buffer was made, so that more may be sought. */
  void endRefusal() {
    refusal = null;
    end();
  }

  /** The error that tells why the producer got no buffer in time. Called without the lock. */
  WaitTimeoutException timedOut(String what, Duration timeout) {
    String why;
    BrokerException cause;
    synchronized (life.lock) {
      String obstacle = use.pool.making() > 0 ? null : obstacle();
      why = (obstacle == null ? "a buffer more is being made" : obstacle) + "; " + use.describe();
      cause = refusal;
    }
    return Exceptions.waitTimeout(what, timeout, why, use.holders(), cause);
  }

  /** How often one more buffer was refused. */
  long refused() {
    return refused;
  }

  @Nullable String heldBack() {
    return heldBack;
  }
}
