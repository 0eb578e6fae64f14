package dev.dmabroker.internal.services;

import dev.dmabroker.internal.watch.Leaks;
import org.jspecify.annotations.Nullable;

/**
 * Notes where mappings are made. If the broker was told to record all places, that is done for all
 * mappings, and otherwise for the samples that are looked for as leaks. A mapping with a noted
 * place is followed until it is closed. This class is thread-safe.
 */
public final class CallSites {
  private final boolean recordsAll;
  private final Leaks leaks;

  CallSites(boolean recordsAll, Leaks leaks) {
    this.recordsAll = recordsAll;
    this.leaks = leaks;
  }

  /** Tells whether the place of a mapping that is made at that time is to be noted. */
  boolean isDue(long nowNanos) {
    return recordsAll || leaks.isDue(nowNanos);
  }

  /** Returns where the caller makes a mapping now; null if that is not to be noted. */
  public @Nullable Throwable site(long nowNanos) {
    return isDue(nowNanos) ? leaks.sample(nowNanos, "mapped here") : null;
  }
}
