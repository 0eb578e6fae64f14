package dev.dmabroker.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.testing.Await;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

/** Exact while it is seldom asked, and cheap while it is often. */
class ClockTest {
  private final Deque<Runnable> timer = new ArrayDeque<>();
  private boolean due;
  private final Clock clock =
      new Clock(
          new TestTime(System::nanoTime),
          (delay, work) -> {
            assertEquals(Duration.ofMillis(1), delay);
            timer.add(work);
          },
          now -> due);

  /** Asks so often that it begins to tick; how often at most does not matter here. */
  private void askOften() {
    Await.until(
        "it ticks",
        () -> {
          for (int i = 0; i < 500; i++) {
            clock.nanos();
          }
          return !timer.isEmpty();
        });
  }

  private static void passTime() {
    long before = System.nanoTime();
    Await.until("time has passed", () -> System.nanoTime() - before > 1000);
  }

  @Test
  void itIsExactWhileItIsSeldomAsked() {
    for (int i = 0; i < 400; i++) {
      long before = System.nanoTime();
      long now = clock.nanos();
      assertTrue(now - before >= 0);
      assertTrue(System.nanoTime() - now >= 0);
    }
    assertEquals(0, timer.size(), "nothing wakes up");
  }

  @Test
  void itIsExactForEverIfTheTimeBetweenIsLong() {
    // 500 readings in 10 ms are frequent; these take longer.
    for (int i = 0; i < 1500; i++) {
      long before = System.nanoTime();
      assertTrue(clock.nanos() - before >= 0);
      Await.until("time has passed", () -> System.nanoTime() - before > 25_000);
    }
    assertEquals(0, timer.size());
  }

  @Test
  void itStandsStillBetweenTicksWhileItIsOftenAsked() {
    askOften();
    assertEquals(1, timer.size(), "one timer, however often it is asked");
    long first = clock.nanos();
    passTime();
    assertEquals(first, clock.nanos());
    timer.remove().run();
    long second = clock.nanos();
    assertTrue(second - first > 0);
    assertTrue(System.nanoTime() - second >= 0, "never ahead");
    passTime();
    assertEquals(second, clock.nanos());
    assertEquals(1, timer.size(), "and the next tick is to come");
  }

  @Test
  void itStopsAndIsExactAgain() {
    askOften();
    int ticks = 0;
    while (!timer.isEmpty()) {
      timer.remove().run();
      ticks++;
    }
    assertEquals(1000, ticks);
    long first = clock.nanos();
    passTime();
    assertNotEquals(first, clock.nanos());
    long before = System.nanoTime();
    assertTrue(clock.nanos() - before >= 0);
  }

  @Test
  void itStartsAgain() {
    askOften();
    while (!timer.isEmpty()) {
      timer.remove().run();
    }
    askOften();
    assertEquals(1, timer.size());
    long first = clock.nanos();
    passTime();
    assertEquals(first, clock.nanos());
  }

  @Test
  void whatIsDueIsReadExactlyWhileItTicks() {
    askOften();
    due = true;
    assertNotEquals(0, clock.ticked(), "it is asked at the next tick");
    timer.remove().run();
    for (int i = 0; i < 3; i++) {
      assertEquals(0, clock.ticked());
      long before = System.nanoTime();
      assertTrue(clock.nanos() - before >= 0);
    }
    due = false;
    long last = clock.nanos();
    assertEquals(last, clock.ticked(), "it goes on at once");
    passTime();
    assertEquals(last, clock.nanos());
    assertEquals(1, timer.size());
  }

  @Test
  void itStaysStoppedHoweverLateAReadingIs() {
    askOften();
    due = true;
    while (!timer.isEmpty()) {
      timer.remove().run();
    }
    due = false;
    assertNotEquals(0, clock.nanos());
    assertEquals(0, clock.ticked());
  }

  @Test
  void aReadingThatWasUnderWayAtTheLastTickDoesNotMakeItStandStillForEver() throws Exception {
    askOften();
    Thread late = new Thread(clock::exact);
    synchronized (clock) { // It has seen that the clock ticks, and goes on when it does not.
      late.start();
      Await.until("it is under way", () -> late.getState() == Thread.State.BLOCKED);
      while (!timer.isEmpty()) {
        timer.remove().run();
      }
    }
    Await.ended(late);
    assertEquals(0, clock.ticked());
  }
}
