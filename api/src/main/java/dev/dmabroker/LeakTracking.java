package dev.dmabroker;

/**
 * How a broker looks for objects that were not closed; see {@link BrokerBuilder#leakTracking}. The
 * frames and consumers of a {@linkplain BufferStream stream} are not tracked: {@linkplain
 * dev.dmabroker.event.BrokerListener#overheld events} name the devices that hold a frame too long.
 */
public enum LeakTracking {
  /**
   * The broker does not look: an object that is not closed stays in use for good. This is for
   * applications that mean to do so.
   */
  NEVER,
  /**
   * The broker finds every attachment and buffer, and a sample of the mappings. It samples the
   * first 64 objects, and one in 10 ms on average from then on: it notes where a sampled object was
   * made, and can find a sampled mapping. So code that leaks again and again is found, and frequent
   * maps cost no more than with {@link #NEVER}.
   */
  SAMPLED,
  /**
   * The broker finds every object, and notes where each was made. This costs microseconds and
   * garbage for each map.
   */
  ALWAYS
}
