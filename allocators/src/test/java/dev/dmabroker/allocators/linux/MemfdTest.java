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
      int seals = LibC.fcntl(fd.value(), LibC.F_GET_SEALS, 0);
      int wanted = LibC.F_SEAL_SEAL | LibC.F_SEAL_SHRINK | LibC.F_SEAL_GROW;
      assertEquals(wanted, seals & wanted);
      assertEquals(-1, LibC.ftruncate(fd.value(), 0));
      assertEquals(Errno.EPERM, Errno.last());
      assertEquals(-1, LibC.ftruncate(fd.value(), 2 * size));
      assertEquals(-1, LibC.fcntl(fd.value(), LibC.F_ADD_SEALS, 8));
    }
  }

  @Test
  void aFailureAtAnyStepLeavesNoDescriptor() {
    int before = OwnProcess.memoryDescriptors();
    // A length that no file has fails at ftruncate; huge pages of a size that no machine has at
    // memfd_create, or where there are none of it at fallocate.
    assertThrows(HeapException.class, () -> Memfd.create("truncate", -4096, 0));
    assertThrows(HeapException.class, () -> Memfd.create("huge", 1L << 40, 1L << 40));
    assertThrows(HeapException.class, () -> Memfd.create("huge", 1L << 50, 1L << 21));
    assertEquals(before, OwnProcess.memoryDescriptors());
  }

  @Test
  void aClosedDescriptorIsNotUsedAgain() throws Exception {
    Fd fd = Memfd.create("closed", Pages.size(), 0);
    fd.close();
    fd.close();
    assertThrows(IllegalStateException.class, fd::value);
    assertThrows(IllegalStateException.class, fd::dup);
    assertThrows(IllegalArgumentException.class, () -> new Fd(-1, "none"));
  }
}
