package dev.dmabroker.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.event.BrokerSnapshot;
import io.micrometer.core.instrument.MockClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RecentSnapshotTest {
  private final MockClock clock = new MockClock();
  private final AtomicInteger taken = new AtomicInteger();
  private final RecentSnapshot recent = new RecentSnapshot(this::take, clock);

  private BrokerSnapshot take() {
    if (taken.incrementAndGet() == 3) {
      throw new IllegalStateException("bug");
    }
    return new BrokerSnapshot(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
  }

  @Test
  void isTakenOnceForAllGaugesOfAScrape() {
    BrokerSnapshot first = recent.get();
    for (int i = 0; i < 10; i++) {
      assertSame(first, recent.get());
    }
    clock.add(RecentSnapshot.FRESH.minusNanos(1));
    assertSame(first, recent.get());
    assertEquals(1, taken.get());
  }

  @Test
  void isTakenAnewWhenItIsStale() {
    BrokerSnapshot first = recent.get();
    clock.add(RecentSnapshot.FRESH);
    assertNotSame(first, recent.get());
    assertEquals(2, taken.get());
    clock.add(Duration.ofDays(1));
    assertThrows(IllegalStateException.class, recent::get);
    recent.get();
    assertEquals(4, taken.get(), "a failure is not kept");
  }
}
