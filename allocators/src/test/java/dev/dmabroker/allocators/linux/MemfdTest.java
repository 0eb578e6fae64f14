package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class MemfdTest {

  /** FALLOC_FL_KEEP_SIZE and FALLOC_FL_PUNCH_HOLE of linux/falloc.h. */
  private static final int PUNCH_HOLE = 3;

  @Test
  void nobodyCanChangeItsLength() throws Exception {
    long size = 4 * Pages.size();
    try (Fd fd = Memfd.create("sealed", size, 0)) {
      int seals = LibC.calls().fcntl(fd.lend(), LibC.F_GET_SEALS, 0);
      int wanted = LibC.F_SEAL_SEAL | LibC.F_SEAL_SHRINK | LibC.F_SEAL_GROW;
      assertEquals(wanted, seals & wanted);
      assertEquals(-1, LibC.calls().ftruncate(fd.lend(), 0));
      assertEquals(Errno.EPERM, Errno.last());
      assertEquals(-1, LibC.calls().ftruncate(fd.lend(), 2 * size));
      assertEquals(-1, LibC.calls().fcntl(fd.lend(), LibC.F_ADD_SEALS, 8));
    }
  }

  @Test
  void aHoleThatAPeerPunchesReadsAsZeros() throws Exception {
    LinuxBacking backing = MemfdSource.ordinary("memfd").allocate("holey", 3 * Pages.size());
    ByteBuffer bytes = backing.bytes(0, (int) backing.sizeBytes());
    fill(bytes);
    int peer = backing.dupFd();
    assertEquals(0, LibC.calls().fallocate(peer, PUNCH_HOLE, Pages.size(), Pages.size()));
    OwnProcess.close(peer);
    assertEquals(1, bytes.get(0));
    assertEquals(0, bytes.get((int) Pages.size()));
    assertEquals(1, bytes.get((int) (2 * Pages.size())));
    bytes.put((int) Pages.size(), (byte) 2);
    backing.zero();
    assertEquals(0, bytes.get((int) Pages.size()));
    backing.release();
  }

  @Test
  void aHoleInHugePagesDoesNotEndTheProcess() throws Exception {
    OptionalLong page = HugePages.smallestBytes();
    Assumptions.assumeTrue(page.isPresent(), "needs huge pages; run samples/kernel-lab/test");
    MemfdSource source = MemfdSource.huge("memfd-huge", page.getAsLong());
    LinuxBacking backing = source.allocate("holey", 1);
    ByteBuffer bytes = backing.bytes(0, 64);
    bytes.put(0, (byte) 1);
    int peer = backing.dupFd();
    assertEquals(0, LibC.calls().fallocate(peer, PUNCH_HOLE, 0, page.getAsLong()));
    OwnProcess.close(peer);
    List<LinuxBacking> others = takeAll(source);
    HeapException gone = assertThrows(HeapException.class, backing::zero);
    assertTrue(gone.toString().contains("EFAULT"), gone.toString());
    others.forEach(LinuxBacking::release);
    backing.zero();
    assertEquals(0, bytes.get(0));
    backing.release();
  }

  private static List<LinuxBacking> takeAll(MemfdSource source) {
    List<LinuxBacking> all = new ArrayList<>();
    try {
      while (true) {
        all.add(source.allocate("other", 1));
      }
    } catch (HeapException e) {
      return all;
    }
  }

  private static void fill(ByteBuffer bytes) {
    for (int at = 0; at < bytes.limit(); at++) {
      bytes.put(at, (byte) 1);
    }
  }

  @Test
  void aFailureAtAnyStepLeavesNoDescriptor() {
    int before = OwnProcess.memoryDescriptors();
    // Huge pages of a size that no machine has fail at memfd_create, or where there are none of it
    // at
    // fallocate; so many at ftruncate, which sets the length for a node.
    assertThrows(HeapException.class, () -> Memfd.create("huge", 1L << 40, 1L << 40));
    assertThrows(HeapException.class, () -> Memfd.create("huge", 1L << 50, 1L << 21));
    assertThrows(HeapException.class, () -> Memfd.create("node", Long.MAX_VALUE, 1L << 21, 0));
    assertThrows(IllegalArgumentException.class, () -> Memfd.create("nothing", 0, 0));
    assertThrows(IllegalArgumentException.class, () -> Memfd.create("less", -4096, 0));
    assertEquals(before, OwnProcess.memoryDescriptors());
  }
}
