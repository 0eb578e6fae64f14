package dev.dmabroker.allocators.linux;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that come and go, in folders of the test. */
class NodeWatchTest {
  private final LinuxFencePoller poller = new LinuxFencePoller();
  private final Semaphore changes = new Semaphore(0);

  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  private Path folder;

  @BeforeEach
  void systemCalls() {
    Assumptions.assumeTrue(NativeAccess.problem().isEmpty(), "needs Linux's system calls");
  }

  @AfterEach
  void noThreadIsLeft() {
    poller.close();
    Await.until("the thread has ended", EMULATED, () -> threads() == 0);
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("dmabroker-fences"))
        .count();
  }

  private void awaitChange() throws InterruptedException {
    assertTrue(changes.tryAcquire(EMULATED.toSeconds(), TimeUnit.SECONDS), "no change was told");
    changes.drainPermits();
  }

  @Test
  void whatHappensInAFolderThatComesLaterIsTold() throws Exception {
    Path heaps = folder.resolve("dev/dma_heap");
    poller.watchPaths(Set.of(heaps), changes::release);
    assertEquals(0, poller.pending(), "it is no fence");
    Files.createDirectory(folder.resolve("dev"));
    awaitChange();
    Files.createDirectory(heaps);
    awaitChange();
    Path node = Files.createFile(heaps.resolve("system"));
    awaitChange();
    Files.setPosixFilePermissions(node, PosixFilePermissions.fromString("rw-rw----"));
    awaitChange();
    Files.delete(node);
    awaitChange();
    Files.delete(heaps);
    awaitChange();
    Files.createDirectory(heaps);
    awaitChange();
    Files.createFile(heaps.resolve("cma"));
    awaitChange();
  }

  /** Changes of other files in a busy folder, as /dev is one, do not call the callback. */
  @Test
  void besideANodeNothingIsOfInterest() throws Exception {
    try (NodeWatch watch = NodeWatch.of(Set.of(folder.resolve("udmabuf")))) {
      assertFalse(watch.changed());
      Files.createFile(folder.resolve("other"));
      assertFalse(watch.changed());
      Files.createFile(folder.resolve("udmabuf"));
      assertTrue(watch.changed());
      assertFalse(watch.changed(), "it is told once");
    }
  }

  @Test
  void manyEventsAreTakenAtOnce() throws Exception {
    try (NodeWatch watch = NodeWatch.of(Set.of(folder))) {
      for (int i = 0; i < 500; i++) {
        Files.delete(Files.createFile(folder.resolve("node-" + i)));
      }
      assertTrue(watch.changed());
      assertFalse(watch.changed());
    }
  }

  @Test
  void fencesAreWaitedForBesideAndAfter() throws Exception {
    poller.watchPaths(Set.of(folder), changes::release);
    try (ScriptedKernel kernel =
        new ScriptedKernel(
            thread -> true,
            call -> call.isRequest(Ioctl.SYNC_IOC_FILE_INFO) ? (Integer) 0 : null)) {
      int fence = LibC.calls().eventfd(0, LibC.EFD_CLOEXEC);
      Semaphore signalled = new Semaphore(0);
      poller.watch(new SyncFile(fence), outcome -> signalled.release());
      Files.createFile(folder.resolve("node"));
      awaitChange();
      poller.close();
      assertEquals(0, LibC.calls().eventfd_write(fence, 1));
      assertTrue(signalled.tryAcquire(EMULATED.toSeconds(), TimeUnit.SECONDS));
    }
  }

  @Test
  void fencesDoNotWaitForNodesThatCannotBeWatched() throws Exception {
    try (ScriptedKernel kernel =
        new ScriptedKernel(
            thread -> true,
            call ->
                call.is("read")
                    ? ScriptedKernel.failure(Errno.EBADF)
                    : call.isRequest(Ioctl.SYNC_IOC_FILE_INFO) ? (Integer) 0 : null)) {
      int fence = LibC.calls().eventfd(0, LibC.EFD_CLOEXEC);
      Semaphore signalled = new Semaphore(0);
      poller.watch(new SyncFile(fence), outcome -> signalled.release()); // Before the nodes.
      poller.watchPaths(Set.of(folder), changes::release);
      Files.createFile(folder.resolve("node"));
      Await.until("the watch fails", EMULATED, () -> poller.trouble().isPresent());
      assertEquals(0, LibC.calls().eventfd_write(fence, 1));
      assertTrue(signalled.tryAcquire(EMULATED.toSeconds(), TimeUnit.SECONDS));
    }
  }

  /** Another process may make files there faster than events are read. */
  @Test
  void aFloodOfEventsEndsTheCall() throws Exception {
    AtomicInteger reads = new AtomicInteger();
    try (NodeWatch watch = NodeWatch.of(Set.of(folder));
        ScriptedKernel kernel =
            new ScriptedKernel(
                call ->
                    !call.is("read")
                        ? null
                        : reads.incrementAndGet() < 10_000
                            ? (Integer) LibC.INOTIFY_EVENT_BYTES
                            : ScriptedKernel.failure(Errno.EAGAIN))) {
      assertTrue(watch.changed());
    }
    assertTrue(reads.get() < 1000, () -> reads + " reads");
  }

  @Test
  void aCallbackThatThrowsIsCalledAgain() throws Exception {
    poller.watchPaths(
        Set.of(folder),
        () -> {
          changes.release();
          throw new IllegalStateException("told to");
        });
    Files.createFile(folder.resolve("one"));
    awaitChange();
    Files.createFile(folder.resolve("two"));
    awaitChange();
  }

  @Test
  void aLimitIsNamed() {
    long before = OwnProcess.memoryDescriptors();
    for (String call : new String[] {"inotify_init1", "inotify_add_watch"}) {
      try (ScriptedKernel kernel =
          new ScriptedKernel(each -> each.is(call) ? ScriptedKernel.failure(Errno.ENOSPC) : null)) {
        HeapException refusal =
            assertThrows(
                HeapException.class, () -> poller.watchPaths(Set.of(folder), changes::release));
        assertTrue(refusal.toString().contains("ENOSPC"), refusal.toString());
        assertTrue(refusal.toString().contains("max_user_watches"), refusal.toString());
      }
    }
    assertEquals(before, OwnProcess.memoryDescriptors());
    assertEquals(0, threads());
  }

  @Test
  void aClosedPollerWatchesNothing() {
    poller.close();
    assertThrows(HeapException.class, () -> poller.watchPaths(Set.of(folder), changes::release));
  }
}
