package dev.dmabroker.spec;

/** Whether a device needs the CPU's mapping of a heap's memory to be cached. */
public enum Caching {
  /** The device takes cached and uncached memory. */
  ANY,
  /** The CPU's mapping has to be cached, for example because the CPU reads it often. */
  CACHED,
  /** The CPU's mapping must not be cached, for example because the device cannot snoop. */
  UNCACHED
}
