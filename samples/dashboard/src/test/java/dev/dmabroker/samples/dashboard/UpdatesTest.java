package dev.dmabroker.samples.dashboard;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.testing.Await;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UpdatesTest {
  private final AtomicInteger made = new AtomicInteger();
  private final ScriptedPage page = new ScriptedPage();

  private String make() {
    return "state " + made.incrementAndGet();
  }

  private static Watcher watcher(ScriptedPage page) {
    return new Watcher(page, () -> {}, Duration.ofDays(1));
  }

  private static boolean isIdle() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("dashboard-updates"))
        .allMatch(thread -> thread.getState() == Thread.State.WAITING);
  }

  @Test
  void nothingIsMadeWithoutAWatcher() throws Exception {
    try (Updates updates = new Updates(this::make, 1)) {
      Await.until("it waits for a watcher", EMULATED, UpdatesTest::isIdle);
      assertEquals(0, made.get());
      assertTrue(updates.join(watcher(page)));
      page.leave();
      assertTrue(page.sent().get(0).contains("\ndata: state 1\n\n"), page.sent()::toString);
      Await.until("it waits again", EMULATED, UpdatesTest::isIdle);
      assertEquals(0, updates.watching());
    }
  }

  @Test
  void atMostTenAreMadeASecond() throws Exception {
    try (Updates updates = new Updates(this::make, 1)) {
      long begin = System.nanoTime();
      updates.join(watcher(page));
      for (int i = 0; i < 11; i++) {
        page.read();
      }
      assertTrue(System.nanoTime() - begin >= 1_000_000_000L);
    }
  }

  @Test
  void aWatcherThatDoesNotReadHoldsUpNoOther() throws Exception {
    try (Updates updates = new Updates(this::make, 2)) {
      updates.join(watcher(new ScriptedPage()));
      updates.join(watcher(page));
      for (int i = 0; i < 5; i++) {
        page.read();
      }
      assertEquals(2, updates.watching());
    }
  }

  @Test
  void onlySoManyMayWatch() throws Exception {
    try (Updates updates = new Updates(this::make, 1)) {
      assertTrue(updates.join(watcher(page)));
      assertFalse(updates.join(watcher(new ScriptedPage())));
      page.leave();
      Await.until("its place is free", EMULATED, () -> updates.watching() == 0);
      assertTrue(updates.join(watcher(new ScriptedPage())));
    }
  }

  @Test
  void aStateThatFailsEndsTheConnectionsAndTheNextIsMade() throws Exception {
    try (Updates updates =
        new Updates(
            () -> {
              if (made.incrementAndGet() == 1) {
                throw new IllegalStateException("expected by this test");
              }
              return "state " + made;
            },
            1)) {
      CountDownLatch disconnected = new CountDownLatch(1);
      updates.join(new Watcher(page, disconnected::countDown, Duration.ofDays(1)));
      disconnected.await();
      Await.until("its place is free", EMULATED, () -> updates.watching() == 0);
      updates.join(watcher(page));
      page.read();
    }
  }
}
