package dev.dmabroker.samples.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CrewTest {
  private final CountDownLatch never = new CountDownLatch(1);

  @Test
  void whoeverWaitsLearnsOfTheFirstFailure() {
    try (Crew crew = new Crew()) {
      var waiting = crew.start("waiting", never::await);
      var failing =
          crew.start(
              "failing",
              () -> {
                throw new UnsupportedOperationException("so it is");
              });
      String why = "the stage failing failed: java.lang.UnsupportedOperationException: so it is";
      for (var stage : List.of(waiting, failing)) {
        assertEquals(
            why, assertThrows(IllegalStateException.class, () -> crew.join(stage)).getMessage());
      }
      assertEquals(why, assertThrows(IllegalStateException.class, crew::check).getMessage());
      assertEquals(
          why,
          assertThrows(IllegalStateException.class, () -> crew.start("late", () -> {}))
              .getMessage());
    }
  }

  @Test
  void closingInterruptsWhoIsStillAtWork() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    Crew crew = new Crew();
    var waiting =
        crew.start(
            "waiting",
            () -> {
              begun.countDown();
              never.await();
            });
    begun.await();
    crew.close();
    assertTrue(waiting.isDone());
  }

  @Test
  void aStageThatEndsIsNoFailure() {
    try (Crew crew = new Crew()) {
      crew.join(crew.start("brief", () -> {}));
      crew.check();
    }
  }
}
