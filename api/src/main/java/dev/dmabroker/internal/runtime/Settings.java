package dev.dmabroker.internal.runtime;

import dev.dmabroker.LeakTracking;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.Mover;
import dev.dmabroker.spi.PressureGauge;
import dev.dmabroker.spi.RebalancePolicy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
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
 * @param watchHeaps whether to look for heaps whenever something happens to their nodes
 * @param fencePoller waits for fences; null if the broker has to look for a poller
 * @param memoryInterval how often heaps are asked what is left of them; null if never
 * @param pressureGauge tells for how long programs wait for memory; null if the broker has to look
 *     for a gauge
 * @param rebalancing chooses buffers that leave scarce memory; null if buffers stay where they suit
 * @param checkOneIn access is checked in one of so many mappings; 0 if it is not checked
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
    boolean watchHeaps,
    @Nullable FencePoller fencePoller,
    @Nullable Duration memoryInterval,
    @Nullable PressureGauge pressureGauge,
    @Nullable RebalancePolicy rebalancing,
    int checkOneIn) {

  public Settings {
    mapTimeout = Durations.bounded(mapTimeout);
    longestHold = Durations.bounded(longestHold);
    closeTimeout = Durations.bounded(closeTimeout);
    firstBackOff = Durations.bounded(firstBackOff);
    memoryInterval = memoryInterval == null ? null : Durations.bounded(memoryInterval);
  }

  /** Collects the settings, each with its default at first. Not thread-safe. */
  public static final class Draft {
    public Duration mapTimeout = Duration.ofSeconds(5);
    public Duration longestHold = Duration.ofSeconds(1);
    public Duration closeTimeout = Duration.ofSeconds(5);
    public Duration firstBackOff = Duration.ofMillis(50);
    public int maxMoveAttempts = 6;
    public boolean recordCallSites;
    public LeakTracking leakTracking = LeakTracking.SAMPLED;
    public Executor callbackExecutor = World.here().callbacks();
    public final Map<String, Long> budgets = new LinkedHashMap<>();
    public @Nullable Mover mover;
    public boolean watchHeaps;
    public @Nullable FencePoller fencePoller;
    public @Nullable Duration memoryInterval;
    public @Nullable PressureGauge pressureGauge;
    public @Nullable RebalancePolicy rebalancing;
    public int checkOneIn;

    /**
     * Sets a budget.
     *
     * @throws IllegalArgumentException if the budget is set already
     */
    public void budget(String deviceOrGroup, long bytes) {
      if (budgets.putIfAbsent(deviceOrGroup, bytes) != null) {
        throw new IllegalArgumentException("the budget of " + deviceOrGroup + " is set already");
      }
    }

    /**
     * Returns the settings as they are now.
     *
     * @param otherwise makes the mover if none is set
     */
    public Settings done(Supplier<Mover> otherwise) {
      return new Settings(
          mapTimeout,
          longestHold,
          closeTimeout,
          firstBackOff,
          maxMoveAttempts,
          recordCallSites,
          leakTracking,
          callbackExecutor,
          Map.copyOf(budgets),
          mover != null ? mover : otherwise.get(),
          watchHeaps,
          fencePoller,
          memoryInterval,
          pressureGauge,
          rebalancing,
          checkOneIn);
    }
  }
}
