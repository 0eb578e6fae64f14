package dev.dmabroker.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Times count from anywhere, as those of {@link System#nanoTime} do. */
class TokenBucketTest {
  private static final long SECOND = 1_000_000_000;

  private final TokenBucket bucket = new TokenBucket();

  private int taken(double perSecond, double kept, long nowNanos) {
    int taken = 0;
    while (bucket.take(perSecond, kept, nowNanos)) {
      taken++;
    }
    return taken;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -5 * SECOND, Long.MAX_VALUE - SECOND, Long.MIN_VALUE})
  void isFullAtFirstAndFillsAtItsRate(long start) {
    assertEquals(4, taken(2, 4, start));
    assertFalse(bucket.take(2, 4, start + SECOND / 4));
    assertTrue(bucket.take(2, 4, start + SECOND / 2), "the half of before counts");
    assertFalse(bucket.take(2, 4, start + SECOND / 2));
    assertEquals(3, taken(2, 4, start + 2 * SECOND));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -5 * SECOND, Long.MAX_VALUE - SECOND, Long.MIN_VALUE})
  void keepsNoMoreThanItIsTo(long start) {
    assertEquals(4, taken(2, 4, start));
    assertEquals(4, taken(2, 4, start + 1000 * SECOND));
    assertEquals(1, taken(2, 1.5, start + 2000 * SECOND));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-9, 1e9})
  void takesAnyRate(double perSecond) {
    assertTrue(bucket.take(perSecond, 1, 0));
    assertFalse(bucket.take(perSecond, 1, 0));
    assertEquals(perSecond > 1, bucket.take(perSecond, 1, SECOND));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -5 * SECOND, Long.MAX_VALUE - SECOND, Long.MIN_VALUE})
  void whatIsOwedHasToComeFirst(long start) {
    assertTrue(bucket.has(1, 2, 4, start));
    for (int done = 0; done < 6; done++) {
      bucket.owe(2, 4, start);
    }
    assertFalse(bucket.take(2, 4, start + SECOND), "two are owed, and have come");
    assertTrue(bucket.take(2, 4, start + 3 * SECOND / 2));
    for (int done = 0; done < 100; done++) {
      bucket.owe(2, 4, start + 3 * SECOND / 2);
    }
    assertFalse(bucket.has(1, 2, 4, start + 7 * SECOND / 2), "four are owed, not a hundred");
    assertTrue(bucket.has(1, 2, 4, start + 4 * SECOND));
  }
}
