package dev.dmabroker.internal.stream;

import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Alarm;
import dev.dmabroker.internal.runtime.Durations;
import java.util.concurrent.TimeUnit;

/**
 * Looks after a stream when something may be due there: a frame is held too long, a consumer has
 * not answered, a buffer lies idle, or heaps that refused may be asked again. Each change of the
 * stream ends with the question when that is, and an alarm sleeps until then. The stream's lock
 * guards all state.
 */
final class StreamWatch {
  static final long NEVER = Durations.nanos(Durations.LONGEST);

  /** The shortest time to the next look: a heap that refuses at once is not asked on end. */
  private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final StreamLife life;
  private final StreamUse use;
  private final StreamGrowth growth;
  private final Acquirers acquirers;
  private final Alarm alarm;

  StreamWatch(StreamUse use, StreamGrowth growth, Circulation circulation) {
    this.life = use.life;
    this.use = use;
    this.growth = growth;
    this.acquirers = circulation.acquirers();
    this.alarm = life.alarm(this::look);
    life.afterEachChange(this::lookInTime);
  }

  /** Sees to it that the next look is not too late. Under the lock. */
  private void lookInTime(AfterLock after) {
    if (life.isClosed()) {
      after.wake(alarm::close);
      return;
    }
    long now = life.now();
    long set = alarm.left(now);
    long left = left(now, set);
    if (left < set) {
      long due = now + Math.max(left, SHORTEST_NANOS);
      after.wake(() -> alarm.by(due));
    }
  }

  /**
   * Returns how long nothing is due, {@code most} at most; more than that need not be known. Under
   * the lock.
   */
  long left(long nowNanos, long most) {
    long left = Math.min(most, use.filling.left(nowNanos));
    for (AttachedConsumer consumer : use.devices.consumers()) {
      left = Math.min(left, consumer.holdings().left(nowNanos));
    }
    // Buffers of a stream that does not run are kept for its next start.
    if (!life.isRunning()) {
      return left;
    }
    for (AttachedConsumer consumer : use.devices.consumers()) {
      left = Math.min(left, consumer.answerLeft(nowNanos));
    }
    if (acquirers.isAwaited()) {
      left = Math.min(left, growth.retryLeft(acquirers.waiting(), nowNanos));
    }
    return growth.shrinkLeft(nowNanos, left);
  }

  /** Looks once. */
  private void look() {
    life.reportOnTime(
        after -> {
          if (life.isClosed()) {
            return;
          }
          long now = life.exactNow();
          use.filling.check(now, event -> life.events.overheld(event, after));
          for (AttachedConsumer consumer : use.devices.consumers()) {
            consumer.holdings().check(now, event -> life.events.overheld(event, after));
          }
          if (life.isRunning()) {
            for (AttachedConsumer consumer : use.devices.consumers()) {
              consumer.checkAnswer(now, after);
            }
            growth.shrink(now, after);
            if (acquirers.isAwaited()) {
              growth.retry(acquirers.waiting(), after);
            }
          }
        });
  }
}
