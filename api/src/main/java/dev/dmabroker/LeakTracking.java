package dev.dmabroker;

/**
 * How a broker looks for what was not closed; see {@link Broker.Builder#leakTracking}. What belongs
 * to a {@linkplain BufferStream stream}, its frames and consumers, is not among it: {@linkplain
 * dev.dmabroker.event.BrokerListener#overheld events} name who holds a frame too long.
 */
public enum LeakTracking {
  /** Not at all: what is not closed stays out for good, for those who mean it. */
  NEVER,
  /**
   * Finds every attachment and buffer, and mappings by samples: of the first 64, and of one in 10
   * ms on average from then on, the broker notes where it was made, and finds it if it is a
   * mapping. So code that leaks again and again is found, and frequent maps cost the same as
   * without.
   */
  SAMPLED,
  /** Finds everything, and notes where each was made. Costs microseconds and garbage a map. */
  ALWAYS
}
