package dev.dmabroker.allocators.linux.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.testing.Await;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Who is at the other end, also where the kernel gives no descriptor that stands for it. */
class PeerProcessTest {
  private static final int OVERFLOW = 65534;

  /** Later than any start. */
  private static final Duration NOW = Duration.ofDays(100_000);

  private static void assertRefused(String words, Executable deed) {
    String text = String.valueOf(assertThrows(SocketFailure.class, deed).getMessage());
    assertTrue(text.contains(words), text);
  }

  private static PeerCredentials process(long pid, int uid) {
    return new PeerCredentials((int) pid, uid, 0);
  }

  private static PeerCredentials own() {
    return process(ProcessHandle.current().pid(), PeerCredentials.ownUser());
  }

  @Test
  void aProcessOfAnotherPidNamespaceIsRefused() {
    assertRefused("another PID namespace", () -> PeerProcess.requireKnown(process(0, 0), OVERFLOW));
  }

  @Test
  void theOverflowUserStandsForManyAndIsRefused() throws Exception {
    assertRefused(
        "stands for all users", () -> PeerProcess.requireKnown(process(1, OVERFLOW), OVERFLOW));
    PeerProcess.requireKnown(process(1, OVERFLOW - 1), OVERFLOW);
    assertEquals(OVERFLOW, PeerProcess.overflowUser());
    // Unless the service is that user itself, whose clients it takes.
    PeerProcess.requireKnown(own(), PeerCredentials.ownUser());
  }

  @Test
  void withoutTheKernelsDescriptorTheProcessMustBeOlderThanTheConnection() throws Exception {
    assertRefused(
        "younger than its connection", () -> PeerProcess.byNumber(own(), Duration.ofMillis(1)));
    try (PeerProcess older = PeerProcess.byNumber(own(), NOW)) {
      assertEquals(own(), older.credentials());
    }
  }

  @Test
  void aProcessThatStartsAfterTheConnectionIsRefused() throws Exception {
    Duration connected = uptime();
    Await.until("a tick has passed", () -> uptime().compareTo(connected.plusMillis(100)) > 0);
    Process younger = new ProcessBuilder("sleep", "600").start();
    try {
      assertRefused(
          "younger than its connection",
          () -> PeerProcess.byNumber(process(younger.pid(), 0), connected));
    } finally {
      younger.destroyForcibly();
      assertTrue(younger.waitFor(60, TimeUnit.SECONDS));
    }
    assertRefused(
        "may have ended already", () -> PeerProcess.byNumber(process(younger.pid(), 0), NOW));
  }

  private static Duration uptime() {
    try {
      String text = Files.readString(Path.of("/proc/uptime"));
      return Duration.ofMillis((long) (Double.parseDouble(text.split(" ", 2)[0]) * 1000));
    } catch (java.io.IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theEndOfAProcessThatWasFoundByItsNumberIsSeen() throws Exception {
    Process process = new ProcessBuilder("sleep", "600").start();
    AtomicBoolean ended = new AtomicBoolean();
    try (Poller poller = new Poller();
        PeerProcess peer = PeerProcess.byNumber(process(process.pid(), 0), NOW)) {
      Poller.Registration watch = peer.watch(poller, events -> ended.set(true));
      assertTrue(poller.round(0));
      assertFalse(ended.get());
      process.destroyForcibly();
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      Await.until(
          "its end is told",
          () -> {
            try {
              return poller.round(0) && ended.get();
            } catch (SocketFailure e) {
              throw new UncheckedIOException(e);
            }
          });
      watch.close();
    } finally {
      process.destroyForcibly();
    }
  }
}
