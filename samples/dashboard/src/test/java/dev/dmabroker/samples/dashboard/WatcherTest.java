package dev.dmabroker.samples.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WatcherTest {
  private final ScriptedPage page = new ScriptedPage();
  private final AtomicInteger disconnected = new AtomicInteger();

  private Watcher watcher(Duration patience) {
    return new Watcher(page, disconnected::incrementAndGet, patience);
  }

  private static boolean offer(Watcher watcher, String state) {
    return watcher.offer(state.getBytes(UTF_8));
  }

  @Test
  void aPageThatIsSlowMissesStatesAndGetsTheLatest() throws Exception {
    Watcher watcher = watcher(Duration.ofDays(1));
    for (String state : List.of("first", "second", "third")) {
      assertTrue(offer(watcher, state));
    }
    assertEquals(List.of("first"), page.sent());
    page.read();
    assertEquals(List.of("first", "third"), page.sent());
    page.read();
    assertTrue(offer(watcher, "fourth"));
    assertEquals(List.of("first", "third", "fourth"), page.sent());
    assertEquals(0, disconnected.get());
  }

  @Test
  void aPageThatKeepsAStateWaitingForTooLongIsGone() {
    Watcher watcher = watcher(Duration.ofNanos(1));
    assertTrue(offer(watcher, "is being read"));
    assertTrue(offer(watcher, "waits"));
    assertFalse(offer(watcher, "has waited for too long"));
    assertEquals(1, disconnected.get());
    assertFalse(offer(watcher, "another"));
    assertEquals(List.of("is being read"), page.sent());
  }

  @Test
  void aPageThatReadsInTimeStays() throws Exception {
    Watcher watcher = watcher(Duration.ofNanos(1));
    for (int i = 0; i < 5; i++) {
      assertTrue(offer(watcher, "state " + i));
      page.read();
    }
    assertEquals(5, page.sent().size());
  }

  @Test
  void aPageThatLeavesIsGone() throws Exception {
    Watcher watcher = watcher(Duration.ofDays(1));
    assertTrue(offer(watcher, "first"));
    page.leave();
    assertFalse(offer(watcher, "second"));
    assertEquals(1, disconnected.get());
  }

  @Test
  void aPageThatIsSentAwayIsGone() {
    Watcher watcher = watcher(Duration.ofDays(1));
    watcher.abort(new CancellationException("expected by this test"));
    assertFalse(offer(watcher, "first"));
    assertEquals(List.of(), page.sent());
    assertEquals(1, disconnected.get());
  }
}
