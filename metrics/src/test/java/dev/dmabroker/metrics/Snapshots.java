package dev.dmabroker.metrics;

import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.FenceState;
import dev.dmabroker.event.BrokerSnapshot.LeakStats;
import java.util.List;

/** Snapshots of brokers that are not there. */
final class Snapshots {
  private Snapshots() {}

  static BrokerSnapshot empty(long maps) {
    return new BrokerSnapshot(
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        FenceState.NONE,
        LeakStats.NONE,
        /* closed= */ false,
        maps);
  }

  static BrokerSnapshot with(BrokerSnapshot of, FenceState fences) {
    return new BrokerSnapshot(
        of.heaps(),
        of.closedHeaps(),
        of.devices(),
        of.buffers(),
        of.budgets(),
        of.streams(),
        fences,
        of.leaks(),
        of.closed(),
        of.maps());
  }
}
