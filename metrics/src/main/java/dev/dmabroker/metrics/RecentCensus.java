package dev.dmabroker.metrics;

import dev.dmabroker.event.BrokerSnapshot;
import io.micrometer.core.instrument.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A census that all gauges of one scrape share: a snapshot looks at every buffer, and a scrape
 * reads every gauge. Thread-safe; readers who come while one is being taken wait for it.
 */
final class RecentCensus {
  /** Longer than a scrape takes, shorter than the pause between two. */
  static final Duration FRESH = Duration.ofSeconds(1);

  private final Supplier<BrokerSnapshot> source;
  private final Clock clock;
  private @Nullable Census latest;
  private long takenNanos;

  RecentCensus(Supplier<BrokerSnapshot> source, Clock clock) {
    this.source = source;
    this.clock = clock;
  }

  synchronized Census get() {
    long now = clock.monotonicTime();
    Census census = latest;
    if (census == null || now - takenNanos >= FRESH.toNanos()) {
      census = Census.of(source.get(), census);
      latest = census;
      takenNanos = now;
    }
    return census;
  }
}
