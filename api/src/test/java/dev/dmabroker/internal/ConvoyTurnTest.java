package dev.dmabroker.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Whose turn it is in a convoy. */
class ConvoyTurnTest {
  private final Convoy<String> convoy = new Convoy<>();

  private boolean begins(String buffer) {
    return convoy.begin(buffer, false);
  }

  private boolean beginsUrgently(String buffer) {
    return convoy.begin(buffer, true);
  }

  @Test
  void oneHasTheTurnAndTheOthersGetItInTheirOrder() {
    assertTrue(begins("a"));
    assertTrue(begins("a"), "again");
    assertFalse(begins("b"));
    assertFalse(begins("c"));
    assertFalse(begins("b"), "again");
    assertEquals("b", convoy.end("a"));
    assertEquals("c", convoy.end("b"));
    assertNull(convoy.end("c"));
    assertTrue(begins("b"));
  }

  @Test
  void whoeverGivesUpWaitingLosesItsPlace() {
    assertTrue(begins("a"));
    assertFalse(begins("b"));
    assertFalse(beginsUrgently("c"));
    assertFalse(begins("d"));
    assertNull(convoy.end("b"), "the turn is still that of another");
    assertNull(convoy.end("c"));
    assertFalse(begins("b"), "and is last now");
    assertEquals("d", convoy.end("a"));
    assertEquals("b", convoy.end("d"));
    assertNull(convoy.end("b"));
  }

  @Test
  void theUrgentGoAheadOfTheOthersInTheirOrder() {
    assertTrue(begins("a"));
    assertFalse(begins("b"));
    assertFalse(beginsUrgently("c"));
    assertFalse(beginsUrgently("d"));
    assertEquals("c", convoy.end("a"));
    assertEquals("d", convoy.end("c"));
    assertEquals("b", convoy.end("d"));
    assertNull(convoy.end("b"));
  }

  @Test
  void oneThatWaitsBecomesUrgent() {
    assertTrue(begins("a"));
    assertFalse(begins("b"));
    assertFalse(begins("c"));
    convoy.hurry("c");
    convoy.hurry("c");
    convoy.hurry("d"); // Which does not wait, and so gets no turn.
    assertEquals("c", convoy.end("a"));
    assertEquals("b", convoy.end("c"));
    assertNull(convoy.end("b"));
  }

  @Test
  void oneThatLingersKeepsItsTurnFromThoseThatAreNotUrgent() {
    assertTrue(begins("a"));
    assertFalse(begins("b"));
    assertNull(convoy.linger("a"));
    assertFalse(begins("b"));
    assertFalse(begins("c"));
    assertEquals("b", convoy.end("a"));
  }

  @Test
  void oneThatLingersGivesItsTurnToAnUrgentOneAndIsLast() {
    assertTrue(begins("a"));
    assertFalse(begins("b"));
    assertNull(convoy.linger("a"));
    assertTrue(beginsUrgently("c"));
    assertNull(convoy.end("a"), "the turn is not its own any more");
    assertFalse(begins("a"));
    assertEquals("b", convoy.end("c"));
    assertEquals("a", convoy.end("b"));
    assertNull(convoy.end("a"));
  }

  @Test
  void oneThatBeganToLingerWhileAnUrgentOneWaitsGivesItsTurnAtOnce() {
    assertTrue(begins("a"));
    assertFalse(beginsUrgently("b"));
    assertFalse(beginsUrgently("c"));
    assertEquals("b", convoy.linger("a"));
    assertNull(convoy.linger("a"), "it has none");
    assertFalse(beginsUrgently("d"), "the new one does not linger");
    assertEquals("c", convoy.linger("b"));
    assertEquals("d", convoy.end("c"), "each gets one turn");
    assertEquals("a", convoy.end("d"));
    assertEquals("b", convoy.end("a"));
    assertNull(convoy.end("b"));
  }

  @Test
  void oneThatLingeredAndIsWaitedForOrBeginsAgainKeepsItsTurn() {
    assertTrue(begins("a"));
    assertNull(convoy.linger("a"));
    convoy.hurry("a");
    assertFalse(beginsUrgently("b"));
    assertNull(convoy.end("b"));
    assertNull(convoy.linger("a"));
    assertTrue(begins("a"));
    assertFalse(beginsUrgently("b"));
  }

  @Test
  void theNextDoesNotLingerBecauseTheLastDid() {
    assertTrue(begins("a"));
    assertFalse(begins("b"));
    assertNull(convoy.linger("a"));
    assertEquals("b", convoy.end("a"));
    assertFalse(beginsUrgently("c"));
  }
}
