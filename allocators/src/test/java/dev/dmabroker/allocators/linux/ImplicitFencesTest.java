package dev.dmabroker.allocators.linux;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.testing.Events;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the fences on a dma-buf make an access wait for. */
class ImplicitFencesTest {

  private static final Path HEAPS = Path.of("/dev/dma_heap");

  private static Fd systemHeap() {
    Assumptions.assumeTrue(NativeAccess.problem().isEmpty(), "needs Linux's system calls");
    try {
      return Fd.open(HEAPS.resolve("system"), LibC.O_RDONLY);
    } catch (Fd.OpenFailure e) {
      return Assumptions.abort(
          "needs /dev/dma_heap/system (" + e.errno() + "); run samples/kernel-lab/test");
    }
  }

  /** Takes a new dma-buf, on which a fence of the timeline was put, at value 1. */
  private interface Use {
    void of(LinuxBacking backing, SwSync timeline) throws Exception;
  }

  private static void withFence(boolean writes, Use use) throws Exception {
    try (SwSync timeline = SwSync.require();
        DmaHeapSource source = new DmaHeapSource("system", systemHeap(), true)) {
      LinuxBacking backing = source.allocate("fenced", Pages.size());
      try {
        int fence = timeline.fence(1);
        try {
          SwSync.putOn(backing.fd(), fence, writes);
        } finally {
          LibC.calls().close(fence);
        }
        use.of(backing, timeline);
      } finally {
        timeline.close();
        backing.release();
      }
    }
  }

  private static OptionalInt outcomeOf(SyncFile fence, Runnable meanwhile) throws Exception {
    LinuxFencePoller poller = new LinuxFencePoller();
    BlockingQueue<OptionalInt> told = new LinkedBlockingQueue<>();
    poller.watch(fence, told::add);
    assertEquals(1, poller.pending());
    assertTrue(told.isEmpty());
    meanwhile.run();
    return Events.next(told, EMULATED);
  }

  private static void nothingPends(LinuxBacking backing) throws HeapException {
    for (Access access : Access.values()) {
      assertEquals(Optional.empty(), backing.pendingFence(access), access.toString());
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachAccessWaitsForAWrite(Access access) throws Exception {
    withFence(
        true,
        (backing, timeline) -> {
          SyncFile fence = backing.pendingFence(access).orElseThrow();
          assertTrue(OwnProcess.target(fence.fd()).contains("sync_file"));
          assertTrue(OwnProcess.closeOnExec(fence.fd()));
          assertEquals(OptionalInt.empty(), outcomeOf(fence, () -> timeline.advance(1)));
          nothingPends(backing);
        });
  }

  @Test
  void aReadIsWaitedForByWhatWritesOnly() throws Exception {
    withFence(
        false,
        (backing, timeline) -> {
          assertEquals(Optional.empty(), backing.pendingFence(Access.READ));
          for (Access access : new Access[] {Access.WRITE, Access.READ_WRITE, Access.OVERWRITE}) {
            LibC.calls().close(backing.pendingFence(access).orElseThrow().fd());
          }
          SyncFile fence = backing.pendingFence(Access.WRITE).orElseThrow();
          assertEquals(OptionalInt.empty(), outcomeOf(fence, () -> timeline.advance(1)));
          nothingPends(backing);
        });
  }

  @Test
  void workThatFailsIsTold() throws Exception {
    withFence(
        true,
        (backing, timeline) -> {
          SyncFile fence = backing.pendingFence(Access.READ).orElseThrow();
          assertEquals(
              OptionalInt.of(SwSync.ERRNO_OF_CLOSED_TIMELINE), outcomeOf(fence, timeline::close));
        });
  }

  @Test
  void aDmaBufItselfIsWaitedForToo() throws Exception {
    withFence(
        true,
        (backing, timeline) -> {
          SyncFile fence = new SyncFile(backing.dupFd());
          assertEquals(OptionalInt.empty(), outcomeOf(fence, () -> timeline.advance(1)));
          assertFalse(OwnProcess.target(fence.fd()).contains("dmabuf"));
          nothingPends(backing);
        });
  }

  @Test
  void aMemfdHasNoFences() throws Exception {
    LinuxBacking backing = MemfdSource.ordinary("memfd").allocate("x", 1);
    nothingPends(backing);
    backing.release();
  }

  /** As on a kernel that polls for fences and exports none. An eventfd is one, as it were. */
  @Test
  void withoutTheExportAReadWaitsForADuplicateOfTheDmaBuf() throws Exception {
    LinuxBacking backing = eventfd(0);
    nothingForWrites(backing);
    SyncFile fence = backing.pendingFence(Access.READ).orElseThrow();
    assertNotEquals(backing.fd(), fence.fd());
    assertEquals(OwnProcess.target(backing.fd()), OwnProcess.target(fence.fd()));
    assertTrue(OwnProcess.closeOnExec(fence.fd()));
    assertEquals(0, LibC.calls().eventfd_write(fence.fd(), 1));
    LibC.calls().close(fence.fd());
    assertEquals(Optional.empty(), backing.pendingFence(Access.READ));
    backing.release();
  }

  private static void nothingForWrites(LinuxBacking backing) throws HeapException {
    assertEquals(Optional.empty(), backing.pendingFence(Access.WRITE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"WRITE", "READ_WRITE", "OVERWRITE"})
  void withoutTheExportAWriteIsToldWhatItNeeds(Access access) throws Exception {
    // A counter at its maximum cannot be written.
    LinuxBacking backing = eventfd(-2);
    HeapException refusal = assertThrows(HeapException.class, () -> backing.pendingFence(access));
    assertEquals(Kind.FAILED, refusal.kind());
    assertTrue(refusal.toString().contains("needs 6.0"), refusal.toString());
    backing.release();
  }

  private static LinuxBacking eventfd(long value) {
    Assumptions.assumeTrue(NativeAccess.problem().isEmpty(), "needs Linux's system calls");
    int fd = LibC.calls().eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
    assertEquals(0, LibC.calls().eventfd_write(fd, value));
    return new LinuxBacking(new Fd(fd, "eventfd"), 1, true, "eventfd", new Leftovers(), () -> {});
  }
}
