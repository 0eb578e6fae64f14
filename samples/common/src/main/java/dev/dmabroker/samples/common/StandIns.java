package dev.dmabroker.samples.common;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Lets samples run where drivers can import no memory: the broker takes the machine's heaps, and
 * models of dma-heaps stand in if none of these can be imported. It keeps no state.
 */
public final class StandIns {
  private StandIns() {}

  /** {@return the builder of a broker for a sample} */
  public static BrokerBuilder broker() {
    return Broker.builder().discoverHeaps().heaps(Heaps.modelledStandIns());
  }

  /**
   * {@return the line with which a sample begins if its broker has models; empty if all heaps are
   * real}
   *
   * @param broker the sample's broker
   */
  public static Optional<String> notice(Broker broker) {
    String models =
        broker.snapshot().heaps().stream()
            .filter(heap -> heap.traits().modelled().is(true))
            .map(HeapState::name)
            .collect(Collectors.joining(" and "));
    return models.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "heaps: no dma-buf heap opens here, so "
                + models
                + " stand in, which no driver imports; samples/run heaps says what is missing");
  }
}
