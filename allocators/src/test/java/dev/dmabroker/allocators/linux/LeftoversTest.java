package dev.dmabroker.allocators.linux;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.Leftovers.Leftover;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapProvider.Finding;
import dev.dmabroker.spi.HeapProvider.Open;
import dev.dmabroker.spi.Lingering;
import dev.dmabroker.testing.Await;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory that lives on after its release. */
class LeftoversTest {

  private static final Path NOWHERE = Path.of("/nowhere");
  private static final LiveFiles OWN_PROCESS_ONLY =
      new LiveFiles(Path.of("/proc/self"), NOWHERE, NOWHERE);

  @BeforeEach
  void systemCalls() {
    Assumptions.assumeTrue(NativeAccess.problem().isEmpty(), "needs Linux's system calls");
  }

  private static Heap open(String name) {
    Heap found = null;
    for (HeapProvider provider :
        List.of(new MemfdProvider(), new DmaHeapProvider(), new UdmabufProvider())) {
      for (Finding finding : provider.discover()) {
        if (finding instanceof Open open) {
          if (open.heap().name().equals(name) || open.heap().aliases().contains(name)) {
            found = open.heap();
          } else {
            open.heap().close();
          }
        }
      }
    }
    return found == null
        ? Assumptions.abort("needs the heap " + name + "; run samples/kernel-lab/test")
        : found;
  }

  /** As the probes of all providers leave nothing behind, a heap starts with nothing. */
  private static void lingers(Heap heap, int backings, long bytes) {
    Await.until(
        backings + " backings linger",
        EMULATED,
        () -> heap.lingering().equals(new Lingering(backings, bytes)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"memfd", "memfd-huge", "system", "cma", "udmabuf"})
  void whatWasDuplicatedLingersUntilTheDuplicateIsClosed(String name) throws Exception {
    try (Heap heap = open(name)) {
      long unit = heap.traits().granuleBytes().or(0L);
      assertEquals(Lingering.NONE, heap.lingering());
      Backing one = heap.allocate(new Heap.Request("one", unit));
      Backing two = heap.allocate(new Heap.Request("two", 2 * unit));
      Backing none = heap.allocate(new Heap.Request("none", unit));
      for (Backing each : List.of(one, two, none)) {
        each.bytes(0, 1).put(0, (byte) 1);
      }
      int first = one.dupFd();
      int second = two.dupFd();
      assertEquals(Lingering.NONE, heap.lingering(), "nothing was released");

      one.release();
      two.release();
      none.release();
      assertEquals(new Lingering(2, 3 * unit), heap.lingering());
      OwnProcess.close(first);
      lingers(heap, 1, 2 * unit);
      OwnProcess.close(second);
      lingers(heap, 0, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"memfd", "system", "cma", "udmabuf"})
  void aDuplicateThatWasClosedBeforeLeavesNothing(String name) throws Exception {
    try (Heap heap = open(name)) {
      Backing backing = heap.allocate(new Heap.Request("one", 1));
      ByteBuffer bytes = backing.bytes(0, 1);
      OwnProcess.close(backing.dupFd());
      backing.release();
      assertEquals(Lingering.NONE, heap.lingering());
      assertEquals(0, bytes.get(0), "a stale view holds no memory");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"memfd", "system", "cma", "udmabuf"})
  void aForeignMappingHoldsItToo(String name) throws Exception {
    try (Heap heap = open(name)) {
      Backing backing = heap.allocate(new Heap.Request("mapped", 1));
      int duplicate = backing.dupFd();
      AddressRange peer = AddressRange.map(duplicate, backing.sizeBytes(), true, "peer");
      OwnProcess.close(duplicate);
      long bytes = backing.sizeBytes();
      backing.release();
      assertEquals(new Lingering(1, bytes), heap.lingering());
      peer.retire();
      lingers(heap, 0, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"system", "cma", "udmabuf"})
  void aDmaBufThatOthersDuplicateByItsNumberIsSeen(String name) throws Exception {
    try (Heap heap = open(name)) {
      Backing backing = heap.allocate(new Heap.Request("unasked", 1));
      int duplicate = LibC.calls().fcntl(backing.fd(), LibC.F_DUPFD_CLOEXEC, 0);
      long bytes = backing.sizeBytes();
      backing.release();
      assertEquals(new Lingering(1, bytes), heap.lingering());
      OwnProcess.close(duplicate);
      lingers(heap, 0, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"system", "cma", "udmabuf"})
  void aDmaBufThatADriverHasImportedIsSeen(String name) throws Exception {
    try (Heap heap = open(name)) {
      Assumptions.assumeTrue(
          Files.isDirectory(LiveFiles.OF_THIS_SYSTEM.buffers())
              || Files.isReadable(LiveFiles.OF_THIS_SYSTEM.bufinfo()),
          "needs the kernel's list of dma-bufs; run samples/kernel-lab/test");
      Backing backing = heap.allocate(new Heap.Request("imported", 1));
      long bytes = backing.sizeBytes();
      Optional<Fd> importer = imported(backing.fd());
      backing.release();
      Assumptions.assumeTrue(
          importer.isPresent(),
          "needs a node in /dev/dri that imports it; run samples/kernel-lab/test");
      try (Fd held = importer.get()) {
        assertEquals(new Lingering(1, bytes), heap.lingering(), "by descriptor " + held.lend());
      }
      lingers(heap, 0, 0);
    }
  }

  /**
   * Imports a dma-buf into the first DRM device that takes it, which holds it until it is closed.
   */
  private static Optional<Fd> imported(int dmaBuf) throws Exception {
    // struct drm_prime_handle: u32 handle, flags; s32 fd; DRM_IOCTL_PRIME_FD_TO_HANDLE, drm.h.
    long request = Ioctl.number(3, 'd', 0x2e, 12);
    byte[] handle = new byte[12];
    ByteBuffer.wrap(handle).order(ByteOrder.nativeOrder()).putInt(8, dmaBuf);
    for (int card = 0; card < 8; card++) {
      Path node = Path.of("/dev/dri/card" + card);
      if (!Files.exists(node)) {
        continue;
      }
      Fd fd = Fd.open(node, LibC.O_RDWR);
      if (LibC.calls().ioctl(fd.lend(), request, handle) == 0) {
        return Optional.of(fd);
      }
      fd.close();
    }
    return Optional.empty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"system", "cma", "udmabuf"})
  void theHoldersOfADmaBufAreCounted(String name) throws Exception {
    try (Heap heap = open(name)) {
      Backing backing = heap.allocate(new Heap.Request("held", 1));
      int fd = backing.fd();
      assertTrue(DmaBufs.isDmaBuf(fd));
      assertEquals(OptionalLong.of(1), DmaBufs.holders(fd));
      AddressRange mapping = AddressRange.map(fd, backing.sizeBytes(), true, "one more");
      assertEquals(OptionalLong.of(2), DmaBufs.holders(fd));
      int duplicate = backing.dupFd();
      assertEquals(OptionalLong.of(3), DmaBufs.holders(fd));
      OwnProcess.close(duplicate);
      mapping.retire();
      Await.until("one holder is left", EMULATED, () -> DmaBufs.holders(fd).getAsLong() == 1);
      backing.release();
    }
  }

  @Test
  void aPendingFenceThatWasPolledForHoldsTheMemory() throws Exception {
    try (Heap heap = open("system");
        SwSync timeline = SwSync.require()) {
      Backing backing = heap.allocate(new Heap.Request("polled", 1));
      int fence = timeline.fence(1);
      SwSync.putOn(backing.fd(), fence, true);
      LibC.calls().close(fence);
      LibC.calls().close(backing.pendingFence(Access.READ).orElseThrow().fd());
      long bytes = backing.sizeBytes();
      backing.release();
      assertEquals(new Lingering(1, bytes), heap.lingering());
      timeline.advance(1);
      lingers(heap, 0, 0);
    }
  }

  @Test
  void eachWayToLookFindsADmaBuf(@TempDir Path folder) throws Exception {
    try (Heap heap = open("system")) {
      Backing backing = heap.allocate(new Heap.Request("looked for", 1));
      int duplicate = backing.dupFd();
      FileId id = FileId.of(backing.fd()).orElseThrow();
      Set<Leftover> one = Set.of(new Leftover(id, backing.sizeBytes(), true));
      Path bufinfo = LiveFiles.OF_THIS_SYSTEM.bufinfo();
      List<LiveFiles> ways = new ArrayList<>(List.of(OWN_PROCESS_ONLY));
      if (Files.isDirectory(LiveFiles.OF_THIS_SYSTEM.buffers())) {
        ways.add(new LiveFiles(folder, LiveFiles.OF_THIS_SYSTEM.buffers(), NOWHERE));
      }
      if (Files.isReadable(bufinfo)) {
        ways.add(new LiveFiles(folder, NOWHERE, bufinfo));
      }
      backing.release();
      for (LiveFiles way : ways) {
        assertEquals(one, way.among(one), way.toString());
      }
      OwnProcess.close(duplicate);
      for (LiveFiles way : ways) {
        Await.until(way + " finds nothing", EMULATED, () -> way.among(one).isEmpty());
      }
    }
  }

  @Test
  void whatCannotBeShownAliveDoesNotCount(@TempDir Path folder) throws Exception {
    Leftovers leftovers = new Leftovers(new LiveFiles(folder, NOWHERE, NOWHERE));
    leftovers.add(new Leftover(FileId.of(0).orElseThrow(), 1, false));
    assertEquals(1, leftovers.remembered());
    assertEquals(Lingering.NONE, leftovers.look());
    assertEquals(0, leftovers.remembered());
  }

  @Test
  void theKernelsListsAreRead(@TempDir Path folder) throws Exception {
    Set<Leftover> two = Set.of(leftover(7), leftover(8));
    Path buffers = Files.createDirectories(folder.resolve("buffers"));
    Files.createDirectory(buffers.resolve("7"));
    assertEquals(Set.of(leftover(7)), new LiveFiles(folder, buffers, NOWHERE).among(two));

    Path bufinfo =
        Files.writeString(
            folder.resolve("bufinfo"),
            """

            Dma-buf Objects:
            size    \tflags   \tmode    \tcount   \texp_name\tino     \tname
            00004096\t00000002\t00080007\t00000001\tsystem\t00000008\t<none>
            \tAttached Devices:
            Total 0 devices attached


            Total 1 objects, 4096 bytes
            """);
    assertEquals(Set.of(leftover(8)), new LiveFiles(folder, NOWHERE, bufinfo).among(two));
  }

  private static Leftover leftover(long inode) {
    return new Leftover(new FileId(11, inode), 4096, true);
  }

  @Test
  void whatTheKernelSaysIsUnderstood() {
    assertEquals(
        Optional.of(new FileId(0x1000_0b01, 7)),
        FileId.ofMapping("7f00-7f10 rw-s 00000000 0b:10001 7    /dmabuf:a name"));
    assertEquals(Optional.empty(), FileId.ofMapping("7f00-7f10 rw-p 00000000 00:00 0"));
    assertEquals(Optional.empty(), FileId.ofMapping("7f00-7f10 rw-p 00000000 x 7 "));
    assertEquals(Optional.empty(), FileId.ofMapping(""));
    assertEquals(
        OptionalLong.of(3),
        DmaBufs.holders("pos:\t0\nsize:\t4096\ncount:\t3\nexp_name:\tsystem\n"));
    assertEquals(OptionalLong.empty(), DmaBufs.holders("pos:\t0\n"));
    assertEquals(OptionalLong.empty(), DmaBufs.holders(1_000_000_000));
    assertEquals(Optional.empty(), FileId.of(1_000_000_000));
  }

  @Test
  void aProgramThatDuplicatesForMonthsLeavesNoBookkeeping() throws Exception {
    Leftovers leftovers = new Leftovers();
    MemfdSource source = MemfdSource.ordinary("memfd", leftovers);
    List<Integer> leaked = new ArrayList<>();
    int most = 0;
    for (int i = 0; i < 1_000; i++) {
      LinuxBacking backing = source.allocate("leaky", 1);
      int duplicate = backing.dupFd();
      backing.release();
      if (i % 10 == 0) {
        leaked.add(duplicate);
      } else {
        LibC.calls().close(duplicate);
      }
      most = Math.max(most, leftovers.remembered());
    }
    assertTrue(most <= 2 * leaked.size() + 1, "remembered: " + most);
    assertEquals(new Lingering(leaked.size(), leaked.size() * Pages.size()), leftovers.look());
    assertEquals(leaked.size(), leftovers.remembered());
    leaked.forEach(LibC.calls()::close);
    assertEquals(Lingering.NONE, leftovers.look());
  }

  @Test
  void withoutADuplicateOfAMemfdNothingIsRemembered() throws Exception {
    Leftovers leftovers = new Leftovers();
    LinuxBacking backing = MemfdSource.ordinary("memfd", leftovers).allocate("alone", 1);
    backing.bytes(0, 1).put(0, (byte) 1);
    backing.release();
    assertEquals(0, leftovers.remembered());
  }
}
