package dev.dmabroker.samples.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StallHistogramTest {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 30 * SECOND); // It may wrap.
  private final StallHistogram histogram = new StallHistogram(nanos::get);

  private List<Long> newest() {
    return histogram.columns().get(StallHistogram.SECONDS - 1);
  }

  @Test
  void whatWaitedAsLongAsABoundCountsBelowIt() {
    histogram.record(Duration.ofMillis(1));
    histogram.record(Duration.ofMillis(1).plusNanos(1));
    histogram.record(Duration.ofSeconds(3));
    assertEquals(List.of(1L, 1L, 0L, 0L, 0L, 1L), newest());
    assertEquals(Duration.ofSeconds(3), histogram.longest());
  }

  @Test
  void aWaitThatNoLongCountsIsTheLongest() {
    histogram.record(Duration.ofSeconds(Long.MAX_VALUE));
    assertEquals(List.of(0L, 0L, 0L, 0L, 0L, 1L), newest());
    assertEquals(Long.MAX_VALUE / 1e6, Feed.millis(histogram.longest()));
    assertEquals(Long.MAX_VALUE / 1e6, Feed.millis(Duration.ofSeconds(Long.MAX_VALUE)));
  }

  @Test
  void eachSecondHasAColumnForAMinute() {
    histogram.record(Duration.ofMillis(50));
    nanos.addAndGet(59 * SECOND);
    histogram.record(Duration.ofMillis(2));
    assertEquals(List.of(0L, 0L, 0L, 0L, 1L, 0L), histogram.columns().get(0));
    assertEquals(List.of(0L, 1L, 0L, 0L, 0L, 0L), newest());
    nanos.addAndGet(SECOND);
    assertEquals(Duration.ofMillis(2), histogram.longest());
    assertEquals(0, histogram.columns().get(0).stream().mapToLong(Long::longValue).sum());
  }

  @Test
  void aLongSilenceLeavesNothing() {
    histogram.record(Duration.ofMillis(50));
    nanos.addAndGet(1000 * SECOND);
    assertEquals(Duration.ZERO, histogram.longest());
    assertEquals(1000, histogram.newestSecond());
    assertEquals(
        0, histogram.columns().stream().flatMap(List::stream).mapToLong(Long::longValue).sum());
  }
}
