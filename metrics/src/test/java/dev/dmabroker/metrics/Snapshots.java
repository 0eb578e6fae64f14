package dev.dmabroker.metrics;

import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.FenceState;
import dev.dmabroker.event.BrokerSnapshot.LeakStats;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.MemoryPressure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Snapshots of brokers that are not there. */
final class Snapshots {
  private Snapshots() {}

  static BrokerSnapshot empty(long maps) {
    return new Snapshot(
        Instant.EPOCH,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        new Fences(0, Optional.empty()),
        new Leaks(0, 0, 0),
        /* listeners= */ List.of(),
        /* droppedEvents= */ 0,
        /* closed= */ false,
        maps);
  }

  static BrokerSnapshot with(BrokerSnapshot of, int pending, String trouble) {
    return new Snapshot(
        of.taken(),
        of.heaps(),
        of.memoryPressure(),
        of.closedHeaps(),
        of.devices(),
        of.buffers(),
        of.budgets(),
        of.streams(),
        new Fences(pending, Optional.of(trouble)),
        of.leaks(),
        of.listeners(),
        of.droppedEvents(),
        of.closed(),
        of.maps());
  }

  private record Snapshot(
      Instant taken,
      List<HeapState> heaps,
      List<MemoryPressure> memoryPressure,
      List<HeapProvider.Closed> closedHeaps,
      List<DeviceState> devices,
      List<BufferState> buffers,
      List<BudgetState> budgets,
      List<StreamState> streams,
      FenceState fences,
      LeakStats leaks,
      List<ListenerState> listeners,
      long droppedEvents,
      boolean closed,
      long maps)
      implements BrokerSnapshot {}

  private record Fences(int pending, Optional<String> trouble) implements FenceState {}

  private record Leaks(long mappings, long attachments, long buffers) implements LeakStats {}
}
