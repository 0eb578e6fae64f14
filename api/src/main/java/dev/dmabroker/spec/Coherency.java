package dev.dmabroker.spec;

/**
 * The place through which the users of a buffer see each other's writes. A buffer has one coherency
 * domain, which all its users and its heap have to support.
 */
public enum Coherency {
  /** The CPU's caches: each user of the buffer writes into them, or snoops them. */
  CPU,
  /** Main memory: the CPU flushes and invalidates around its accesses (DMA_BUF_IOCTL_SYNC). */
  RAM,
  /** Memory that the CPU cannot reach, for example protected video memory. */
  INACCESSIBLE
}
