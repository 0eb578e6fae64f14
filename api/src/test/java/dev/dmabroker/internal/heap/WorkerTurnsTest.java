package dev.dmabroker.internal.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Work that finds no turn is run again when it has one, in the order in which it came. */
class WorkerTurnsTest {
  private final WorkerTurns turns = new WorkerTurns("it waits");
  private final Deque<Runnable> workers = new ArrayDeque<>();
  private final List<String> done = new ArrayList<>();

  private void runWorkers() {
    while (!workers.isEmpty()) {
      workers.remove().run();
    }
  }

  private void takeAll() {
    for (int i = 0; i < WorkerTurns.MOST; i++) {
      assertTrue(turns.tryBegin());
    }
  }

  /** Does the work in its turn, or has it stand in line. */
  private void work(String what) {
    if (turns.tryBegin()) {
      done.add(what);
      turns.end();
    } else {
      turns.await(workers::add, () -> work(what));
    }
  }

  @Test
  void workThatFindsNoTurnSaysWhyAndEnds() {
    takeAll();
    var failure = assertThrows(NoTurnException.class, turns::begin);
    assertEquals("it waits", failure.getMessage());
    turns.end();
    assertTrue(turns.tryBegin());
    assertFalse(turns.tryBegin());
  }

  @Test
  void whatStandsInLineRunsInItsOrderWhenATurnIsGivenBack() {
    takeAll();
    work("first");
    work("second");
    work("third");
    runWorkers();
    assertEquals(List.of(), done);
    turns.end();
    runWorkers();
    assertEquals(List.of("first", "second", "third"), done);
  }

  @Test
  void aTurnThatIsNotNeededAfterAllGoesToTheNext() {
    takeAll();
    turns.await(workers::add, () -> done.add("needs none"));
    turns.await(
        workers::add,
        () -> {
          throw new IllegalStateException("dies");
        });
    work("next");
    turns.end();
    workers.remove().run();
    assertThrows(IllegalStateException.class, () -> workers.remove().run());
    runWorkers();
    assertEquals(List.of("needs none", "next"), done);
  }

  @Test
  void aTurnThatWasGivenBackMeanwhileIsNotMissed() {
    turns.await(workers::add, () -> done.add("now"));
    runWorkers();
    assertEquals(List.of("now"), done);
  }

  @Test
  void whatIsDismissedRunsAtOnceAndMayStandInLineAgain() {
    takeAll();
    turns.await(workers::add, () -> done.add("has ended"));
    work("goes on");
    turns.dismiss();
    runWorkers();
    assertEquals(List.of("has ended"), done);
    turns.end();
    runWorkers();
    assertEquals(List.of("has ended", "goes on"), done);
  }
}
