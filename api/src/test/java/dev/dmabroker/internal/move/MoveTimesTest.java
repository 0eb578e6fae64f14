package dev.dmabroker.internal.move;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.runtime.TestTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long the parts of a move took. */
class MoveTimesTest {
  private long nowNanos = 1000;
  private final MoveTimes times = new MoveTimes(new TestTime(() -> nowNanos));

  private void assertTook(long prepare, long stall, long drain) {
    assertEquals(Duration.ofNanos(prepare), times.prepare(nowNanos));
    assertEquals(Duration.ofNanos(stall), times.stall(nowNanos));
    assertEquals(Duration.ofNanos(drain), times.drain(nowNanos));
  }

  @Test
  void aMoveThatHasNotStalledAnybodyHasOnlyPrepared() {
    nowNanos = 1030;
    assertTook(30, 0, 0);
    times.endFences();
    assertTook(30, 0, 0);
    assertFalse(times.isDrained());
    assertEquals(Duration.ZERO, times.deadline());
    assertEquals(Duration.ZERO, times.copy());
    assertEquals(0, times.copiedBytes());
  }

  @Test
  void theDrainEndsWithTheFencesAndTheStallWithTheMove() {
    nowNanos = 1050;
    times.startStall();
    assertEquals(Duration.ofMillis(7), times.mayDrainFor(Duration.ofMillis(7)));
    assertEquals(Duration.ofMillis(7), times.deadline());
    nowNanos = 1060;
    assertEquals(Duration.ofNanos(15), times.mayDrainFor(Duration.ofNanos(25)));
    assertEquals(Duration.ofNanos(25), times.deadline());
    assertEquals(Duration.ZERO, times.mayDrainFor(Duration.ofNanos(5)));
    assertTook(50, 10, 10);
    assertFalse(times.isDrained());
    times.endDrain();
    assertTrue(times.isDrained());
    nowNanos = 1080;
    assertTook(50, 30, 30);
    times.endFences();
    nowNanos = 1200;
    times.copied(4096, 100);
    assertTook(50, 150, 30);
    assertEquals(Duration.ofNanos(100), times.copy());
    assertEquals(4096, times.copiedBytes());
  }
}
