package dev.dmabroker.spec;

/** The speed of memory, compared with the machine's ordinary memory. */
public enum MemorySpeed {
  /** The memory is slower, for example uncached or across a bus. */
  SLOW,
  /** The memory is as fast as ordinary memory. */
  NORMAL,
  /** The memory is faster, for example on-chip memory or huge pages. */
  FAST
}
