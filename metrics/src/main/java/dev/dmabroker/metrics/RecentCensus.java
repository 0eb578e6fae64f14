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
      long now = clock.monotonicTime();
      census = latest;
      if (census != null && now - takenNanos < FRESH.toNanos()) {
        return census;
      }
      census = Census.of(source.get(), census);
      latest = census;
      takenNanos = now;
    }
    follower.accept(census);
    return census;
  }
}
