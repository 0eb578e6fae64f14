package dev.dmabroker.metrics;

import dev.dmabroker.event.BrokerSnapshot;
import io.micrometer.core.instrument.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot that all gauges of one scrape share: a snapshot looks at every buffer, and a scrape
 * reads every gauge. Thread-safe; readers who come while one is being taken wait for it.
 */
final class RecentSnapshot {
  /** Longer than a scrape takes, shorter than the pause between two. */
  static final Duration FRESH = Duration.ofSeconds(1);

  private final Supplier<BrokerSnapshot> source;
  private final Clock clock;
  private @Nullable BrokerSnapshot latest;
  private long takenNanos;

  RecentSnapshot(Supplier<BrokerSnapshot> source, Clock clock) {
    this.source = source;
    this.clock = clock;
  }

  synchronized BrokerSnapshot get() {
    long now = clock.monotonicTime();
    BrokerSnapshot snapshot = latest;
    if (snapshot == null || now - takenNanos >= FRESH.toNanos()) {
      snapshot = source.get();
      latest = snapshot;
      takenNanos = now;
    }
    return snapshot;
  }
}
