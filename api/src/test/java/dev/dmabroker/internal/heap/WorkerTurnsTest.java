package dev.dmabroker.internal.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Work that finds no turn is run again when it has one, in the order in which it came. */
class WorkerTurnsTest {
  private final WorkerTurns turns = new WorkerTurns("it waits");
  private final Deque<Runnable> workers = new ArrayDeque<>();
  private final List<String> done = new ArrayList<>();

  private final ArrayDeque<WorkerTurns.Turn> taken = new ArrayDeque<>();

  private void runWorkers() {
    while (!workers.isEmpty()) {
      workers.remove().run();
    }
  }

  private void takeAll() {
    for (int i = 0; i < WorkerTurns.MOST; i++) {
      taken.add(Objects.requireNonNull(turns.tryBegin()));
    }
  }

  private void giveOneBack() {
    taken.remove().run();
  }

  /** Does the work in its turn, or has it stand in line. */
  private void work(String what) {
    try {
      boolean unused = turns.inTurn(() -> done.add(what));
    } catch (NoTurnException e) {
      e.awaitTurn(workers::add, () -> work(what));
    }
  }

  @Test
  void workThatFindsNoTurnSaysWhyAndEnds() {
    takeAll();
    var failure =
        assertThrows(NoTurnException.class, () -> turns.inTurn(() -> done.add("nothing")));
    assertEquals("it waits", failure.getMessage());
    giveOneBack();
    assertNotNull(turns.tryBegin());
    assertNull(turns.tryBegin());
  }

  @Test
  void aTurnIsGivenBackOnce() {
    takeAll();
    WorkerTurns.Turn first = taken.remove();
    first.run();
    first.run();
    assertNotNull(turns.tryBegin());
    assertNull(turns.tryBegin(), "the second turn is not back");
  }

  @Test
  void whatStandsInLineRunsInItsOrderWhenATurnIsGivenBack() {
    takeAll();
    work("first");
    work("second");
    work("third");
    runWorkers();
    assertEquals(List.of(), done);
    giveOneBack();
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
    giveOneBack();
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
  void ofTwoTurnsThatAreGivenBackAtOnceNoneIsMissed() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < 300; round++) {
        WorkerTurns each = new WorkerTurns("it waits");
        List<Runnable> begin =
            List.of(
                Objects.requireNonNull(each.tryBegin()), Objects.requireNonNull(each.tryBegin()));
        AtomicInteger started = new AtomicInteger();
        for (int i = 0; i < 2; i++) {
          each.await(work -> started.incrementAndGet(), () -> {});
        }
        AtomicInteger ready = new AtomicInteger();
        threads.invokeAll(
            begin.stream().map(turn -> Executors.callable(() -> give(turn, ready))).toList());
        assertEquals(2, started.get(), "round " + round);
      }
    } finally {
      threads.shutdown();
    }
  }

  private static void give(Runnable turn, AtomicInteger ready) {
    ready.incrementAndGet();
    while (ready.get() < 2) {
      Thread.onSpinWait(); // To wake up would take one of them too long.
    }
    turn.run();
  }

  @Test
  void whatIsDismissedRunsAtOnceAndMayStandInLineAgain() {
    takeAll();
    turns.await(workers::add, () -> done.add("has ended"));
    work("goes on");
    turns.dismiss();
    runWorkers();
    assertEquals(List.of("has ended"), done);
    giveOneBack();
    runWorkers();
    assertEquals(List.of("has ended", "goes on"), done);
  }
}
