package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.spi.HeapException;
import org.junit.jupiter.api.Test;

class MemfdTest {

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
