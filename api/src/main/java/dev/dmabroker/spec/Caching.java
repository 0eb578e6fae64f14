package dev.dmabroker.spec;

/** What a device asks of the CPU's caching of a heap's memory. */
public enum Caching {
  /** Either is fine. */
  ANY,
  /** The CPU's mapping has to be cached, say because the CPU reads it often. */
  CACHED,
  /** The CPU's mapping must not be cached, say because the device cannot snoop. */
  UNCACHED
}
