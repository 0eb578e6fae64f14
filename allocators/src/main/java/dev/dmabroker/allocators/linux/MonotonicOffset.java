package dev.dmabroker.allocators.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What this process adds to the kernel's CLOCK_MONOTONIC, as it may be in a time namespace
 * (time_namespaces(7)). {@link System#nanoTime} counts by the process's clock; times that the
 * kernel tells of fences are by its own.
 */
final class MonotonicOffset {
  /** The nanoseconds; 0 where there is no namespace, and on kernels without them. */
  static final long NANOS = read(Path.of("/proc/self/timens_offsets"));

  private MonotonicOffset() {}

  /** Reads lines such as {@code monotonic 864000 0}: a clock, seconds and nanoseconds. */
  static long read(Path offsets) {
    try {
      return of(Files.readAllLines(offsets));
    } catch (IOException e) {
      return 0;
    }
  }

  private static long of(List<String> lines) {
    for (String line : lines) {
      String[] words = line.strip().split("\\s+", -1);
      if (words.length == 3 && words[0].equals("monotonic")) {
        return Long.parseLong(words[1]) * 1_000_000_000L + Long.parseLong(words[2]);
      }
    }
    return 0;
  }
}
