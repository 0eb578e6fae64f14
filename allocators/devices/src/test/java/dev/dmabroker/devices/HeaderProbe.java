package dev.dmabroker.devices;

import dev.dmabroker.testing.CHeaders;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Asks the C compiler of an architecture what its headers say. */
final class HeaderProbe {
  private HeaderProbe() {}

  /** Compares C integer expressions with what this package takes their values for. */
  static void assertHeadersSay(CHeaders headers, Path folder, Map<String, Long> expected)
      throws Exception {
    headers.assertSay(
        folder,
        List.of(
            "errno.h",
            "fcntl.h",
            "poll.h",
            "sys/mman.h",
            "linux/videodev2.h",
            "linux/dma-buf.h",
            "linux/dma-heap.h",
            "drm.h"),
        Set.of(),
        expected);
  }
}
