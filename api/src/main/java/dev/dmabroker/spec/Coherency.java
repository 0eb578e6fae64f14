package dev.dmabroker.spec;

/**
 * Through what the users of a buffer see each other's writes. A buffer has one domain, which all
 * its users and its heap have to support.
 */
public enum Coherency {
  /** The CPU's caches: whoever writes does so into them, or snoops them. */
  CPU,
  /** Main memory: the CPU flushes and invalidates around its accesses (DMA_BUF_IOCTL_SYNC). */
  RAM,
  /** Memory that the CPU cannot reach, such as protected video memory. */
  INACCESSIBLE
}
