package dev.dmabroker.internal;

import dev.dmabroker.Broker;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.PlacementHeuristic;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Puts a broker together. */
public final class BrokerFactory {
  private BrokerFactory() {}

  /** What the builder was told. */
  public record Settings(
      Duration mapTimeout,
      Duration longestHold,
      Duration closeTimeout,
      Duration firstBackOff,
      int maxMoveAttempts,
      boolean recordCallSites,
      Executor callbackExecutor) {}

  /** See {@link Broker.Builder#build()}. */
  public static Broker create(
      List<Heap> heaps,
      List<HeapProvider> providers,
      boolean discoverHeaps,
      @Nullable PlacementHeuristic heuristic,
      List<BrokerListener> listeners,
      Settings settings) {
    throw new UnsupportedOperationException();
  }
}
