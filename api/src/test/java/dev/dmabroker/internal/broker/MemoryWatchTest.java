package dev.dmabroker.internal.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Broker;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * When heaps are looked at. Time is only counted, so a look that does not come within a minute does
 * not come.
 */
class MemoryWatchTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private final ScriptedHeap heap = ScriptedHeap.system();
  private final Simulation world = Simulation.of(1, Simulation.Pace.IDLE);
  private final List<Integer> looks = new ArrayList<>();

  private Broker watching() {
    return Broker.builder()
        .heap(heap)
        .heuristic(new InOrder())
        .leakTracking(LeakTracking.NEVER)
        .watchMemory(HOUR)
        .build();
  }

  /** Has the heap refuse, and notes how often it was asked a minute later. */
  private void refuse(Broker broker, Kind... kinds) {
    for (Kind kind : kinds) {
      heap.refuseNext(kind);
      try (SharedBuffer buffer = broker.export(BlobSpec.of(1))) {
        assertThrows(AllocationException.class, buffer::prepare);
      }
    }
    world.sleep(MINUTE);
    looks.add(heap.looks());
  }

  @Test
  void aHeapThatRefusesIsLookedAtAtOnceAndOnceUntilTheNextLookInTurn() throws Exception {
    world.run(
        () -> {
          try (Broker broker = watching()) {
            refuse(broker);
            refuse(broker, Kind.FULL);
            refuse(broker, Kind.FULL, Kind.FULL);
            world.sleep(HOUR);
            refuse(broker);
            refuse(broker, Kind.FULL, Kind.FULL);
            refuse(broker, Kind.FULL);
          }
        });
    assertEquals(List.of(1, 2, 2, 3, 4, 4), looks);
  }

  @Test
  void aRefusalForAnotherReasonIsNoReasonToLook() throws Exception {
    world.run(
        () -> {
          try (Broker broker = watching()) {
            refuse(broker, Kind.TOO_LARGE, Kind.NO_DESCRIPTORS, Kind.NO_PERMISSION, Kind.FAILED);
          }
        });
    assertEquals(List.of(1), looks);
  }

  @Test
  void noLookIsMadeUnlessMemoryIsWatched() throws Exception {
    world.run(
        () -> {
          try (Broker broker =
              Broker.builder()
                  .heap(heap)
                  .heuristic(new InOrder())
                  .leakTracking(LeakTracking.NEVER)
                  .build()) {
            refuse(broker, Kind.FULL);
          }
        });
    assertEquals(List.of(0), looks);
  }
}
