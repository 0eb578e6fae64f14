package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads the page frames behind a range of the address space, as /proc/self/pagemap tells them (the
 * kernel's admin-guide/mm/pagemap.rst): eight bytes a page, the frame in bits 0 to 54, bit 63 set
 * if the page is present.
 */
final class PageMap {

  private static final Path FILE = Path.of("/proc/self/pagemap");
  private static final long FRAME = (1L << 55) - 1;
  private static final long PRESENT = 1L << 63;

  private PageMap() {}

  /**
   * The frame of each page, or empty if the kernel does not tell: without CAP_SYS_ADMIN all frames
   * read as 0, and mappings without struct pages behind them (VM_PFNMAP, as a driver makes by
   * remap_pfn_range) read as absent.
   */
  static Optional<long[]> frames(long address, int pages) {
    byte[] entries = new byte[pages * Long.BYTES];
    try (Fd fd = Fd.open(FILE, LibC.O_RDONLY);
        Fd.Use use = fd.use()) {
      long offset = address / Pages.size() * Long.BYTES;
      // The kernel gives all that is asked for, or stops early at a range which it does not know.
      if (LibC.calls().pread(use.number(), entries, entries.length, offset) != entries.length) {
        return Optional.empty();
      }
    } catch (Fd.OpenFailure | HeapException e) {
      return Optional.empty();
    }
    ByteBuffer values = ByteBuffer.wrap(entries).order(ByteOrder.nativeOrder());
    long[] frames = new long[pages];
    for (int page = 0; page < pages; page++) {
      long entry = values.getLong();
      frames[page] = entry & FRAME;
      if ((entry & PRESENT) == 0 || frames[page] == 0) {
        return Optional.empty();
      }
    }
    return Optional.of(frames);
  }

  /** The number of ascending runs of neighbours in which the frames lie; 1 is contiguous memory. */
  static int runs(long[] frames) {
    int runs = 1;
    for (int page = 1; page < frames.length; page++) {
      if (frames[page] != frames[page - 1] + 1) {
        runs++;
      }
    }
    return runs;
  }
}
