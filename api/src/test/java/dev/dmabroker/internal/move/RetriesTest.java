package dev.dmabroker.internal.move;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When a move is tried again. */
class RetriesTest {
  private static final Duration FIRST = Duration.ofMillis(3);

  private final Retries retries = new Retries(FIRST, 3);

  @Test
  void eachRestIsTwiceAsLongAndThereIsNoneAfterTheLast() {
    assertTrue(retries.mayStart());
    assertEquals(1, retries.begin());
    assertEquals(FIRST, retries.failed());
    assertFalse(retries.mayStart(), "it rests");
    assertFalse(retries.gaveUp());
    retries.rested();
    assertTrue(retries.mayStart());
    assertEquals(2, retries.begin());
    assertEquals(FIRST.multipliedBy(2), retries.failed());
    retries.rested();
    assertEquals(3, retries.begin());
    assertEquals(Duration.ZERO, retries.failed());
    assertTrue(retries.gaveUp());
    assertFalse(retries.mayStart());
  }

  @Test
  void aNewWishStartsOverAndEndsNoRest() {
    Retries once = new Retries(FIRST, 1);
    once.begin();
    once.failed();
    once.startOver();
    assertFalse(once.gaveUp());
    assertTrue(once.mayStart());
    assertEquals(1, once.begin());

    retries.begin();
    retries.failed();
    retries.startOver();
    assertFalse(retries.mayStart(), "it rests still");
    retries.rested();
    assertTrue(retries.mayStart());
    assertEquals(1, retries.begin());
    assertEquals(FIRST, retries.failed());
  }

  @Test
  void restsDoNotGrowForEver() {
    Retries many = new Retries(FIRST, 100);
    Duration rest = Duration.ZERO;
    for (int attempt = 1; attempt <= 99; attempt++) {
      assertEquals(attempt, many.begin());
      Duration next = many.failed();
      assertEquals(attempt <= 21 ? FIRST.multipliedBy(1L << (attempt - 1)) : rest, next);
      rest = next;
    }
  }
}
