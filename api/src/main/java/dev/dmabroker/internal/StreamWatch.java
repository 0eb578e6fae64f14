package dev.dmabroker.internal;

import dev.dmabroker.BufferStream;
import java.time.Duration;

/**
 * Looks after a stream from time to time, as long as there is something to look after: what is held
 * too long, what lies idle, and whether heaps that refused have memory again. State is guarded by
 * the stream's lock.
 */
final class StreamWatch {
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofMillis(250);

  private final StreamLife stream;
  private final Clock.Timer timer;
  private boolean running;

  StreamWatch(StreamLife stream, Clock.Timer timer) {
    this.stream = stream;
    this.timer = timer;
  }

  /** Under the lock. */
  void start(AfterLock after) {
    if (!running) {
      running = true;
      Duration period = period();
      after.then(() -> timer.after(period, this::look));
    }
  }

  /** Half of the shortest time that matters. */
  private Duration period() {
    Duration period = stream.spec.quietTime();
    for (RegisteredDevice device : stream.devices()) {
      period = shorter(period, device.longestHold());
    }
    Duration half = shorter(period.dividedBy(2), LONGEST);
    return half.compareTo(SHORTEST) < 0 ? SHORTEST : half;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private void look() {
    stream.onTime(
        after -> {
          running = false;
          if (stream.state == BufferStream.State.CLOSED) {
            return;
          }
          long now = System.nanoTime();
          stream.filling.check(now, event -> stream.tellOverheld(event, after));
          for (AttachedConsumer reader : stream.readers) {
            reader.holdings().check(now, event -> stream.tellOverheld(event, after));
          }
          if (stream.state == BufferStream.State.RUNNING) {
            stream.growth.shrink(now, after);
            if (stream.acquirers.isAwaited()) {
              stream.growth.retry(after);
            }
          }
          if (isNeeded()) {
            start(after);
          }
        });
  }

  /** Under the lock: whether there is something to look after. */
  boolean isNeeded() {
    return stream.filling.count() > 0
        || stream.readers.stream().anyMatch(reader -> reader.holdings().count() > 0)
        || (stream.state == BufferStream.State.RUNNING
            && (stream.acquirers.isAwaited() || stream.pool.depth() > stream.growth.floor()));
  }
}
