package dev.dmabroker.internal.services;

import dev.dmabroker.internal.watch.Leaks;
import org.jspecify.annotations.Nullable;

/**
 * Where mappings are made, for those that this is noted for: all, if the broker was told to record
 * them, and otherwise the samples that are looked for as leaks. A mapping whose place is noted is
 * followed until it is closed. Thread-safe.
 */
public final class CallSites {
  private final boolean recordsAll;
  private final Leaks leaks;

  CallSites(boolean recordsAll, Leaks leaks) {
    this.recordsAll = recordsAll;
    this.leaks = leaks;
  }

  /** Whether a mapping that is made at that time is to be noted. */
  boolean isDue(long nowNanos) {
    return recordsAll || leaks.isDue(nowNanos);
  }

  /** Where the caller makes a mapping now; null if that is not to be noted. */
  public @Nullable Throwable site(long nowNanos) {
    return isDue(nowNanos) ? leaks.sample(nowNanos, "mapped here") : null;
  }
}
