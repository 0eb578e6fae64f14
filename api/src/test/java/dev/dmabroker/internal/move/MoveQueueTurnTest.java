package dev.dmabroker.internal.move;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Whose turn it is in a convoy. */
class MoveQueueTurnTest {
  private final MoveQueue<String> queue = new MoveQueue<>();

  private boolean begins(String buffer) {
    return queue.begin(buffer, false);
  }

  private boolean beginsUrgently(String buffer) {
    return queue.begin(buffer, true);
  }

  @Test
  void oneHasTheTurnAndTheOthersGetItInTheirOrder() {
    assertTrue(begins("a"));
    assertTrue(begins("a"), "again");
    assertFalse(begins("b"));
    assertFalse(begins("c"));
    assertFalse(begins("b"), "again");
    assertEquals("b", queue.end("a"));
    assertEquals("c", queue.end("b"));
    assertNull(queue.end("c"));
    assertTrue(begins("b"));
  }

  @Test
  void whoeverGivesUpWaitingLosesItsPlace() {
    assertTrue(begins("a"));
    assertFalse(begins("b"));
    assertFalse(beginsUrgently("c"));
    assertFalse(begins("d"));
    assertNull(queue.end("b"), "the turn is still that of another");
    assertNull(queue.end("c"));
    assertFalse(begins("b"), "and is last now");
    assertEquals("d", queue.end("a"));
    assertEquals("b", queue.end("d"));
    assertNull(queue.end("b"));
  }

  @Test
  void theUrgentGoAheadOfTheOthersInTheirOrder() {
    assertTrue(begins("a"));
    assertFalse(begins("b"));
    assertFalse(beginsUrgently("c"));
    assertFalse(beginsUrgently("d"));
    assertEquals("c", queue.end("a"));
    assertEquals("d", queue.end("c"));
    assertEquals("b", queue.end("d"));
    assertNull(queue.end("b"));
  }

  @Test
  void oneThatWaitsBecomesUrgent() {
    assertTrue(begins("a"));
    assertFalse(begins("b"));
    assertFalse(begins("c"));
    queue.hurry("c");
    queue.hurry("c");
    queue.hurry("d"); // Which does not wait, and so gets no turn.
    assertEquals("c", queue.end("a"));
    assertEquals("b", queue.end("c"));
    assertNull(queue.end("b"));
  }

  @Test
  void oneThatLingersKeepsItsTurnFromThoseThatAreNotUrgent() {
    assertTrue(begins("a"));
    assertFalse(begins("b"));
    assertNull(queue.linger("a"));
    assertFalse(begins("b"));
    assertFalse(begins("c"));
    assertEquals("b", queue.end("a"));
  }

  @Test
  void oneThatLingersGivesItsTurnToAnUrgentOneAndIsLast() {
    assertTrue(begins("a"));
    assertFalse(begins("b"));
    assertNull(queue.linger("a"));
    assertTrue(beginsUrgently("c"));
    assertNull(queue.end("a"), "the turn is not its own any more");
    assertFalse(begins("a"));
    assertEquals("b", queue.end("c"));
    assertEquals("a", queue.end("b"));
    assertNull(queue.end("a"));
  }

  @Test
  void oneThatBeganToLingerWhileAnUrgentOneWaitsGivesItsTurnAtOnce() {
    assertTrue(begins("a"));
    assertFalse(beginsUrgently("b"));
    assertFalse(beginsUrgently("c"));
    assertEquals("b", queue.linger("a"));
    assertNull(queue.linger("a"), "it has none");
    assertFalse(beginsUrgently("d"), "the new one does not linger");
    assertEquals("c", queue.linger("b"));
    assertEquals("d", queue.end("c"), "each gets one turn");
    assertEquals("a", queue.end("d"));
    assertEquals("b", queue.end("a"));
    assertNull(queue.end("b"));
  }

  @Test
  void oneThatLingeredAndIsWaitedForOrBeginsAgainKeepsItsTurn() {
    assertTrue(begins("a"));
    assertNull(queue.linger("a"));
    queue.hurry("a");
    assertFalse(beginsUrgently("b"));
    assertNull(queue.end("b"));
    assertNull(queue.linger("a"));
    assertTrue(begins("a"));
    assertFalse(beginsUrgently("b"));
  }

  @Test
  void theNextDoesNotLingerBecauseTheLastDid() {
    assertTrue(begins("a"));
    assertFalse(begins("b"));
    assertNull(queue.linger("a"));
    assertEquals("b", queue.end("a"));
    assertFalse(beginsUrgently("c"));
  }
}
