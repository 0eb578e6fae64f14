package dev.dmabroker.allocators.linux;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The poller with the kernel's own fences, signalled by hand. */
class SwSyncPollerTest {

  private final LinuxFencePoller poller = new LinuxFencePoller();
  private final BlockingQueue<OptionalInt> told = new LinkedBlockingQueue<>();

  @SuppressWarnings("NullAway.Init") // set before each test
  private SwSync timeline;

  @BeforeEach
  void openTimeline() {
    timeline = SwSync.require();
  }

  @AfterEach
  void endAll() {
    if (timeline != null) {
      timeline.close();
      Await.until("all fences have ended", EMULATED, () -> poller.pending() == 0);
    }
  }

  private OptionalInt next() throws InterruptedException {
    return Events.next(told, EMULATED);
  }

  private int watched(int fd) throws HeapException {
    poller.watch(new SyncFile(fd), told::add);
    return fd;
  }

  private static boolean isSyncFile(int fd) {
    return OwnProcess.target(fd).contains("sync_file");
  }

  @Test
  void aFenceThatSignalsLate() throws Exception {
    int fd = watched(timeline.fence(2));
    assertTrue(OwnProcess.closeOnExec(fd));
    timeline.advance(1);
    assertEquals(1, poller.pending());
    assertTrue(isSyncFile(fd));
    timeline.advance(1);
    assertEquals(OptionalInt.empty(), next());
    assertFalse(isSyncFile(fd));
    assertEquals(0, poller.pending());
  }

  @Test
  void aFenceThatHasSignalled() throws Exception {
    timeline.advance(3);
    watched(timeline.fence(3));
    assertEquals(OptionalInt.empty(), next());
  }

  @Test
  void whenAFenceSignalledIsToldAsTheJvmCounts() throws Exception {
    SyncFile fence = new SyncFile(timeline.fence(1));
    try {
      assertEquals(OptionalLong.empty(), poller.signalledNanos(fence));
      long before = System.nanoTime();
      timeline.advance(1);
      long after = System.nanoTime();
      long signalled = poller.signalledNanos(fence).orElseThrow();
      assertTrue(before <= signalled && signalled <= after, () -> before + " " + signalled);
    } finally {
      poller.discard(fence);
    }
  }

  @Test
  void ofMergedFencesTheLastTellsWhen() throws Exception {
    int first = timeline.fence(1);
    int second = timeline.fence(2);
    SyncFile both = new SyncFile(SwSync.merge(first, second));
    poller.discard(new SyncFile(first));
    poller.discard(new SyncFile(second));
    try {
      timeline.advance(1);
      assertEquals(OptionalLong.empty(), poller.signalledNanos(both));
      long before = System.nanoTime();
      timeline.advance(1);
      assertTrue(poller.signalledNanos(both).orElseThrow() >= before);
    } finally {
      poller.discard(both);
    }
  }

  @Test
  void aFenceThatNeverSignalsStaysThoughThePollerIsClosed() throws Exception {
    int never = watched(timeline.fence(1_000_000));
    watched(timeline.fence(1));
    timeline.advance(1);
    next();
    poller.close();
    assertEquals(1, poller.pending());
    assertTrue(isSyncFile(never));
    assertTrue(told.isEmpty());
  }

  @Test
  void aFenceThatFails() throws Exception {
    watched(timeline.fence(1));
    timeline.close();
    assertEquals(OptionalInt.of(SwSync.ERRNO_OF_CLOSED_TIMELINE), next());
  }

  @Test
  void aFenceThatHadFailedBefore() throws Exception {
    int fd = timeline.fence(1);
    timeline.close();
    watched(fd);
    assertEquals(OptionalInt.of(SwSync.ERRNO_OF_CLOSED_TIMELINE), next());
  }

  @Test
  void ofMergedFencesTheOneThatFailsIsTold() throws Exception {
    try (SwSync other = SwSync.require()) {
      int good = timeline.fence(1);
      int bad = other.fence(1);
      int merged = SwSync.merge(good, bad);
      LibC.calls().close(good);
      LibC.calls().close(bad);
      watched(merged);
      timeline.advance(1);
      assertEquals(1, poller.pending());
      other.close();
      assertEquals(OptionalInt.of(SwSync.ERRNO_OF_CLOSED_TIMELINE), next());
    }
  }

  @Test
  void aTimelineIsNoFence() throws Exception {
    int fd = LibC.calls().open(Fd.text("/sys/kernel/debug/sync/sw_sync"), LibC.O_RDWR, 0);
    try {
      HeapException refusal = assertThrows(HeapException.class, () -> watched(fd));
      assertTrue(refusal.toString().contains("sw_sync"), refusal.toString());
    } finally {
      LibC.calls().close(fd);
    }
  }

  @Test
  void thousandsWaitInOneThread() throws Exception {
    // A kernel gives a process 4,096 descriptors without being asked for more.
    int fences = 3_000;
    CountDownLatch ended = new CountDownLatch(fences);
    List<Integer> fds = new ArrayList<>();
    for (int i = 1; i <= fences; i++) {
      int fd = timeline.fence(i);
      fds.add(fd);
      poller.watch(
          new SyncFile(fd),
          outcome -> {
            if (outcome.isEmpty()) {
              ended.countDown();
            }
          });
    }
    assertEquals(fences, poller.pending());
    timeline.advance(fences / 2);
    Await.until("one half has ended", EMULATED, () -> poller.pending() == fences - fences / 2);
    timeline.advance(fences - fences / 2);
    assertTrue(ended.await(120, TimeUnit.SECONDS), () -> ended + " and " + poller.pending());
    for (int fd : fds) {
      assertFalse(isSyncFile(fd));
    }
  }
}
