package dev.dmabroker.internal.stream;

import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Clock;
import java.time.Duration;

/**
 * Looks after a stream from time to time, as long as that is needed: it finds frames that are held
 * too long, consumers that do not answer, buffers that lie idle, and heaps that refused and have
 * memory again. The stream's lock guards all state.
 */
final class StreamWatch {
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofMillis(250);

  private final StreamLife life;
  private final StreamUse use;
  private final StreamGrowth growth;
  private final Acquirers acquirers;
  private final Dispensables dispensables;
  private final Clock.Timer timer;

  /** Whether the next look is scheduled. */
  private boolean running;

  StreamWatch(StreamUse use, StreamGrowth growth, Circulation circulation, Clock.Timer timer) {
    this.life = use.life;
    this.use = use;
    this.growth = growth;
    this.acquirers = circulation.acquirers();
    this.dispensables = circulation.dispensables();
    this.timer = timer;
    life.addPart(this::keep);
  }

  private void keep(AfterLock after) {
    boolean running = this.running;
    after.undo(() -> this.running = running);
  }

  /** Schedules the next look, unless it is scheduled already. Under the lock. */
  void start(AfterLock after) {
    if (!running) {
      running = true;
      Duration period = period();
      after.then(() -> timer.after(period, this::look));
    }
  }

  /** The time from one look to the next: half of the shortest time that matters. */
  private Duration period() {
    Duration period = life.spec.quietTime();
    for (RegisteredDevice device : use.devices.all()) {
      period = shorter(period, device.longestHold());
    }
    for (Duration time : dispensables.times()) {
      period = shorter(period, time);
    }
    Duration half = shorter(period.dividedBy(2), LONGEST);
    return half.compareTo(SHORTEST) < 0 ? SHORTEST : half;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** Looks once, and again later if that is needed. */
  private void look() {
    life.reportOnTime(
        after -> {
          running = false;
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
            // Buffers of a stream that does not run are kept for its next start.
            growth.shrink(now, after);
            if (acquirers.isAwaited()) {
              growth.retry(acquirers.waiting(), after);
            }
          }
          if (isNeeded()) {
            start(after);
          }
        });
  }

  /** Whether there is something to look after. Under the lock. */
  boolean isNeeded() {
    return use.filling.count() > 0
        || use.devices.consumers().stream().anyMatch(each -> each.holdings().count() > 0)
        || (life.isRunning()
            && (acquirers.isAwaited()
                || use.pool.depth() > growth.floor()
                || use.devices.consumers().stream().anyMatch(AttachedConsumer::isAnswerAwaited)));
  }
}
