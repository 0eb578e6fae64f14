package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Trait;
import java.util.Optional;

/**
 * Finds out whether a heap's memory is contiguous, by the page frames of a sample. One sample can
 * prove that a heap scatters its memory. It cannot prove that a heap never does, because scattered
 * memory may lie in one run by luck; only the documentation can tell that.
 */
final class ContiguityProbe {

  /**
   * The size of the sample: well over the largest block that the kernel's page allocator gives at
   * once, which is 4 MiB mostly.
   */
  private static final long SAMPLE_BYTES = 8L << 20;

  /**
   * The least size of a sample: over the 1 MiB chunks of the system heap; a smaller sample would
   * say nothing.
   */
  private static final long LEAST_SAMPLE_BYTES = 2L << 20;

  private ContiguityProbe() {}

  /**
   * Whether every allocation is one run.
   *
   * @param documented what the documentation promises of this kind of memory
   */
  static Trait<Boolean> contiguous(Source source, Optional<Boolean> documented, String document) {
    return judge(sight(source), documented, document);
  }

  static Trait<Boolean> judge(Sighting seen, Optional<Boolean> documented, String document) {
    if (seen.runs() > 1) {
      return Trait.probed(false, seen.text());
    }
    return documented
        .map(promise -> Trait.documented(promise, document + "; " + seen.text()))
        .orElseGet(
            () -> Trait.unknown(seen.text() + ", and no documentation is known of this heap"));
  }

  private static Sighting sight(Source source) {
    for (long bytes = SAMPLE_BYTES; ; bytes /= 2) {
      boolean last = bytes <= LEAST_SAMPLE_BYTES;
      try {
        return sight(source, last ? LEAST_SAMPLE_BYTES + Pages.size() : bytes);
      } catch (HeapException e) {
        if (last) {
          return new Sighting(0, "no sample could be looked at: " + e.getMessage());
        }
      }
    }
  }

  private static Sighting sight(Source source, long bytes) throws HeapException {
    LinuxBacking sample = source.allocate("dmabroker-probe", bytes);
    try {
      int pages = (int) (bytes / Pages.size());
      sample.zero(); // Some heaps fill in their pages at the first access.
      Optional<long[]> frames = PageMap.frames(sample.range().address(), pages);
      if (frames.isEmpty()) {
        return new Sighting(
            0, "the kernel hides the page frames of a mapping of this memory, or of this process");
      }
      int runs = PageMap.runs(frames.get());
      return new Sighting(
          runs,
          "a sample of "
              + bytes
              + " bytes lies in "
              + runs
              + (runs == 1 ? " run" : " runs")
              + " of page frames");
    } finally {
      sample.release();
    }
  }

  /**
   * The result of looking at a sample.
   *
   * @param runs in how many runs the sample lies, 0 if that could not be seen
   * @param text for a person to read
   */
  record Sighting(int runs, String text) {}
}
