package dev.dmabroker.allocators.linux;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Trait;
import java.nio.ByteBuffer;

/** Tries one allocation of a source: whether it is a dma-buf, and whether the CPU reaches it. */
final class AccessProbe {

  private AccessProbe() {}

  /**
   * Adds to the traits what the allocation shows.
   *
   * @throws HeapException if nothing can be allocated
   */
  static void look(Source source, HeapTraitsBuilder traits) throws HeapException {
    LinuxBacking sample = source.allocate("dmabroker-probe", Pages.size());
    try {
      traits.deviceAccess(deviceAccess(sample)).cpuReach(cpuReach(sample));
    } finally {
      sample.release();
    }
  }

  private static Trait<Boolean> deviceAccess(LinuxBacking sample) {
    try {
      sample.beginCpuAccess(Access.READ);
      sample.endCpuAccess(Access.READ);
      return Trait.probed(true, "it is a dma-buf: DMA_BUF_IOCTL_SYNC works");
    } catch (HeapException e) {
      return Trait.probed(false, "it is not a dma-buf: " + e.getMessage());
    }
  }

  private static Trait<Boolean> cpuReach(LinuxBacking sample) {
    try {
      sample.zero(); // Where the memory faults, the kernel says so, and spares this process.
      sample.beginCpuAccess(Access.READ_WRITE);
      try {
        ByteBuffer bytes = sample.bytes(0, 1);
        bytes.put(0, (byte) 0x5a);
        return Trait.probed(bytes.get(0) == 0x5a, "one page was mapped, written and read");
      } finally {
        sample.endCpuAccess(Access.READ_WRITE);
      }
    } catch (HeapException e) {
      return Trait.probed(false, "the CPU does not reach it: " + e.getMessage());
    }
  }
}
