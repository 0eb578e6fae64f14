package dev.dmabroker.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.placement.RandomProblems.Asker;
import dev.dmabroker.internal.placement.Solution.Choice;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.testing.StubHeap;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which way to use a heap is better, and which heap is as good as another. */
class SolutionTest {
  private static final Participant METER = extra("meter");
  private static final Participant VIEWER = extra("viewer");

  private static final HeapTable TABLE = new RandomProblems(1).table(4);

  private static HeapAccount heap(int number) {
    return TABLE.account(number);
  }

  private static Participant extra(String name) {
    return new Asker(name, List.of(), List.of(), /* isDispensable= */ true);
  }

  private static Choice choice(long penalty, Participant... leftOut) {
    return new Choice(
        Arrays.asList(leftOut),
        penalty,
        BlobSpec.of(1).layout(),
        1,
        1,
        1,
        1,
        Coherency.CPU,
        List.of());
  }

  private static Solution of(@Nullable Choice... choices) {
    return new Solution(TABLE, choices);
  }

  @Test
  void fewerLeftOutIsBetterAndThenASmallerPenalty() {
    Choice known = choice(10, METER);
    assertTrue(Choice.isBetter(5, 1000, null), "than nothing");
    assertTrue(Choice.isBetter(0, 1000, known));
    assertFalse(Choice.isBetter(2, 0, known));
    assertTrue(Choice.isBetter(1, 9, known));
    assertFalse(Choice.isBetter(1, 10, known), "the first of several stays");
    assertFalse(Choice.isBetter(1, 11, known));
  }

  @Test
  void isPossibleWhereAHeapServes() {
    Choice choice = choice(0);
    assertFalse(of().isPossible());
    assertFalse(of(null, null).isPossible());
    assertTrue(of(null, choice).isPossible());
    assertSame(choice, of(null, choice).choice(1));
    assertNull(of(null, choice).choice(0));
  }

  @Test
  void anotherHeapIsAsGoodIfItLeavesOutNoMore() {
    Solution solution = of(choice(0, METER), choice(1000, VIEWER), choice(0), null);
    assertTrue(solution.isAsGood(1, heap(0)), "whatever the penalty, and whoever it is");
    assertTrue(solution.isAsGood(2, heap(0)));
    assertFalse(solution.isAsGood(0, heap(2)));
    assertFalse(solution.isAsGood(0, heap(0)), "it is not another");
    assertFalse(solution.isAsGood(3, heap(0)));
    assertTrue(solution.isAsGood(0, heap(3)), "than one that does not serve any more");
    assertFalse(solution.isPossibleOutside(heap(2)));
    assertTrue(solution.isPossibleOutside(heap(0)));
    assertTrue(solution.isPossibleOutside(heap(3)));
    assertFalse(of(choice(0), null).isPossibleOutside(heap(0)));
    HeapAccount vanished = new HeapAccount(StubHeap.named(heap(0).name()));
    assertTrue(solution.isAsGood(0, vanished), "the heap that has its name is another");
    assertTrue(of(choice(0), null).isPossibleOutside(vanished));
  }

  @Test
  void leftOutAreThoseOfTheBestHeap() {
    assertEquals(List.of(), of(null, null).leftOut());
    assertEquals(
        List.of(VIEWER),
        of(choice(5, METER), null, choice(4, VIEWER), choice(3, METER, VIEWER)).leftOut());
    assertEquals(List.of(METER), of(choice(5, METER), choice(5, VIEWER)).leftOut());
    assertEquals(List.of(), of(choice(5, METER), choice(500)).leftOut());
  }
}
