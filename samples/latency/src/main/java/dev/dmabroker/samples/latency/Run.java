package dev.dmabroker.samples.latency;

import java.util.List;
import java.util.stream.LongStream;

/**
 * What became of one way to size the pool.
 *
 * @param name which
 * @param bytes the pool's memory at each frame
 * @param stutters the frames for which there was no buffer in time
 * @param grown buffers that were added
 * @param shrunk buffers that were given back
 */
record Run(String name, List<Long> bytes, List<Integer> stutters, long grown, long shrunk) {
  /** Copies the lists. */
  Run {
    bytes = List.copyOf(bytes);
    stutters = List.copyOf(stutters);
  }

  private LongStream memory() {
    return bytes.stream().mapToLong(Long::longValue);
  }

  long peakBytes() {
    return memory().max().orElse(0);
  }

  double meanBytes() {
    return memory().average().orElse(0);
  }

  /** Frames in a row. */
  int longestStutter() {
    int longest = 0;
    int row = 0;
    for (int i = 0; i < stutters.size(); i++) {
      row = i > 0 && stutters.get(i) == stutters.get(i - 1) + 1 ? row + 1 : 1;
      longest = Math.max(longest, row);
    }
    return longest;
  }
}
