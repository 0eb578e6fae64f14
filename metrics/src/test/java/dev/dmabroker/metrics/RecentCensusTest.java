package dev.dmabroker.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.event.BrokerSnapshot;
import io.micrometer.core.instrument.MockClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RecentCensusTest {
  private final MockClock clock = new MockClock();
  private final AtomicInteger taken = new AtomicInteger();
  private final RecentCensus recent = new RecentCensus(this::take, clock);

  private long mapsSeen;

  private BrokerSnapshot take() {
    if (taken.incrementAndGet() == 3) {
      throw new IllegalStateException("bug");
    }
    return Snapshots.empty(mapsSeen);
  }

  @Test
  void isTakenOnceForAllGaugesOfAScrape() {
    Census first = recent.get();
    for (int i = 0; i < 10; i++) {
      assertSame(first, recent.get());
    }
    clock.add(RecentCensus.FRESH.minusNanos(1));
    assertSame(first, recent.get());
    assertEquals(1, taken.get());
  }

  @Test
  void isTakenAnewWhenItIsStale() {
    Census first = recent.get();
    clock.add(RecentCensus.FRESH);
    assertNotSame(first, recent.get());
    assertEquals(2, taken.get());
    clock.add(Duration.ofDays(1));
    assertThrows(IllegalStateException.class, recent::get);
    recent.get();
    assertEquals(4, taken.get(), "a failure is not kept");
  }

  @Test
  void whatIsTakenForTheFollowerIsNotShared() {
    recent.renew();
    Census first = recent.get();
    assertSame(first, recent.get());
    assertEquals(2, taken.get());
  }

  @Test
  void countsOfMapsDoNotGoDown() {
    mapsSeen = 5;
    assertEquals(5, recent.get().maps());
    mapsSeen = 4;
    clock.add(RecentCensus.FRESH);
    assertEquals(5, recent.get().maps());
  }
}
