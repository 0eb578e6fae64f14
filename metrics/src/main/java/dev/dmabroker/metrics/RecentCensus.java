package dev.dmabroker.metrics;

import dev.dmabroker.event.BrokerSnapshot;
import io.micrometer.core.instrument.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A census that all gauges of one scrape share: a snapshot looks at every buffer, and a scrape
 * reads every gauge. Thread-safe; readers that come while a census is being taken wait for it.
 */
final class RecentCensus {
  /**
   * The time for which a census is shared: longer than a scrape takes, shorter than the pause
   * between two.
   */
  static final Duration FRESH = Duration.ofSeconds(1);

  private final Supplier<BrokerSnapshot> source;
  private final Clock clock;
  private volatile Consumer<Census> follower = census -> {};
  private @Nullable Census latest;

  /** Whether gauges share the latest census, until it is too old. */
  private boolean shared;

  private long takenNanos;

  RecentCensus(Supplier<BrokerSnapshot> source, Clock clock) {
    this.source = source;
    this.clock = clock;
  }

  /**
   * Sets a follower, which gets each census that is taken, in the thread that caused it, without a
   * lock.
   */
  void follow(Consumer<Census> follower) {
    this.follower = follower;
  }

  Census get() {
    Census census;
    synchronized (this) {
      census = latest;
      if (census != null && shared && clock.monotonicTime() - takenNanos < FRESH.toNanos()) {
        return census;
      }
      census = take();
      shared = true;
    }
    follower.accept(census);
    return census;
  }

  /**
   * Takes a census for the follower alone: the next gauge that is read takes a new one, so that a
   * scrape shows what has happened since.
   */
  void renew() {
    Census census;
    synchronized (this) {
      census = take();
      shared = false;
    }
    follower.accept(census);
  }

  /** Takes a census. Under the lock. */
  private Census take() {
    long now = clock.monotonicTime();
    Census census = Census.of(source.get(), latest);
    latest = census;
    takenNanos = now;
    return census;
  }
}
