package dev.dmabroker.internal.runtime;

import dev.dmabroker.LeakTracking;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.Mover;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Holds what the application told the builder of a broker.
 *
 * @param mapTimeout how long a map waits that names no timeout
 * @param longestHold how long a device may hold a mapping if it declares no time
 * @param closeTimeout how long closing waits for mappings
 * @param firstBackOff the pause before a move is tried again for the first time
 * @param maxMoveAttempts how often a move is tried in all
 * @param recordCallSites whether each map records a stack trace
 * @param leakTracking how handles that were not closed are looked for
 * @param callbackExecutor runs what applications chain to futures
 * @param budgets limits in bytes by device or group
 * @param mover copies contents
 * @param fencePoller waits for fences; null if the broker has to look for a poller
 */
public record Settings(
    Duration mapTimeout,
    Duration longestHold,
    Duration closeTimeout,
    Duration firstBackOff,
    int maxMoveAttempts,
    boolean recordCallSites,
    LeakTracking leakTracking,
    Executor callbackExecutor,
    Map<String, Long> budgets,
    Mover mover,
    @Nullable FencePoller fencePoller) {

  public Settings {
    mapTimeout = Durations.bounded(mapTimeout);
    longestHold = Durations.bounded(longestHold);
    closeTimeout = Durations.bounded(closeTimeout);
    firstBackOff = Durations.bounded(firstBackOff);
  }
}
