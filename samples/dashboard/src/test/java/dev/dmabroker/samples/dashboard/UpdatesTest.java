package dev.dmabroker.samples.dashboard;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.samples.dashboard.Updates.Update;
import dev.dmabroker.testing.Await;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UpdatesTest {
  private final AtomicInteger made = new AtomicInteger();

  private static boolean isIdle() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("dashboard-updates"))
        .allMatch(thread -> thread.getState() == Thread.State.WAITING);
  }

  @Test
  void nothingIsMadeWhileNobodyWatches() throws Exception {
    try (Updates updates = new Updates(() -> "state " + made.incrementAndGet())) {
      Await.until("it waits for who watches", EMULATED, UpdatesTest::isIdle);
      assertEquals(0, made.get());
      updates.join();
      assertEquals("state 1", updates.after(Update.NONE).text());
      updates.leave();
      Await.until("it waits again", EMULATED, UpdatesTest::isIdle);
    }
  }

  @Test
  void atMostTenAreMadeASecond() throws Exception {
    try (Updates updates = new Updates(() -> "state " + made.incrementAndGet())) {
      updates.join();
      Update last = updates.after(Update.NONE);
      long begin = System.nanoTime();
      while (last.number() <= 10) {
        last = updates.after(last);
      }
      // The first may have been seen late, the last was not early.
      assertTrue(System.nanoTime() - begin >= 900_000_000L);
    }
  }

  @Test
  void whoIsSlowMissesStates() throws Exception {
    try (Updates updates = new Updates(() -> "state " + made.incrementAndGet())) {
      updates.join();
      Update first = updates.after(Update.NONE);
      Update third = updates.after(updates.after(first));
      assertTrue(updates.after(first).number() >= third.number());
    }
  }

  @Test
  void aStateThatFailsEndsTheWaiting() throws Exception {
    try (Updates updates =
        new Updates(
            () -> {
              throw new IllegalStateException("expected by this test");
            })) {
      updates.join();
      assertEquals(Update.NONE, updates.after(Update.NONE));
    }
  }
}
