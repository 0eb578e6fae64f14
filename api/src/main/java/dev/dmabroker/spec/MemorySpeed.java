package dev.dmabroker.spec;

/** How fast memory is to use, against the machine's ordinary memory. */
public enum MemorySpeed {
  /** Slower, say uncached or across a bus. */
  SLOW,
  /** As ordinary memory. */
  NORMAL,
  /** Faster, say on-chip memory or huge pages. */
  FAST
}
