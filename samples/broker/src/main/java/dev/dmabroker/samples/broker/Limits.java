package dev.dmabroker.samples.broker;

import org.jspecify.annotations.Nullable;

/**
 * The limits that count for some clients.
 *
 * @param section that the clients fall under; null for the service's own user
 */
record Limits(Configuration configuration, @Nullable ClientSection section) {

  /** The section's own limit, and otherwise the general one. */
  <T> T get(Key<T> key) {
    ClientSection own = section;
    return own == null ? configuration.get(key) : configuration.get(key, own);
  }
}
