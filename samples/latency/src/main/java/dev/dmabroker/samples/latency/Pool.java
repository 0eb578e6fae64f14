package dev.dmabroker.samples.latency;

import java.util.List;

/**
 * A way to size a pool.
 *
 * @param name for the table
 * @param fewest buffers
 * @param most buffers
 */
record Pool(String name, int fewest, int most) {
  static final Pool DYNAMIC = new Pool("dynamic", 2, 32);

  /** By size, and the dynamic one last. */
  static final List<Pool> ALL = List.of(fixed(4), fixed(8), fixed(16), fixed(32), DYNAMIC);

  private static Pool fixed(int count) {
    return new Pool("fixed " + count, count, count);
  }
}
