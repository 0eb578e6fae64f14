package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells whether a driver maps plain page frames (VM_PFNMAP), for which the kernel counts no users,
 * or pages. /proc/self/smaps tells it by the flag {@code pf}.
 */
final class PfnMapping {

  private static final Path SMAPS = Path.of("/proc/self/smaps");
  private static final String FLAGS = "VmFlags:";

  private PfnMapping() {}

  /**
   * Whether allocations of the source are mapped as plain page frames; false if that cannot be
   * told.
   */
  static boolean of(Source source) throws HeapException {
    LinuxBacking sample = source.allocate("dmabroker-probe", 1);
    try {
      long address = sample.range().address(); // The memory is mapped now, and listed after that.
      return isSet(Files.readString(SMAPS), address);
    } catch (IOException e) {
      return false;
    } finally {
      sample.release();
    }
  }

  /**
   * Whether the mapping that starts at the address has the flag, in text in the form of the file.
   */
  static boolean isSet(String smaps, long address) {
    String start = Long.toHexString(address) + "-";
    boolean inMapping = false;
    for (String line : smaps.split("\n", -1)) {
      if (line.startsWith(start)) {
        inMapping = true;
      } else if (inMapping && line.startsWith(FLAGS)) {
        return (line + " ").contains(" pf ");
      }
    }
    return false;
  }
}
