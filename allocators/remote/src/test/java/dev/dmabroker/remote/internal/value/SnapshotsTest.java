package dev.dmabroker.remote.internal.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.Broker;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.remote.internal.wire.Snapshot;
import dev.dmabroker.spi.MemoryPressure;
import dev.dmabroker.spi.MemoryPressure.Scope;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
  private static final List<MemoryPressure> PRESSURE =
      List.of(new MemoryPressure(Scope.MACHINE, 0.5, 0.25), new MemoryPressure(Scope.CGROUP, 1, 0));

  private static Snapshot written() {
    try (Broker broker =
        Broker.builder()
            .heap(ScriptedHeap.system())
            .heuristic(new InOrder())
            .watchMemory(Duration.ofHours(1))
            .pressureGauge(() -> PRESSURE)
            .build()) {
      return Snapshots.write(broker.snapshot(), name -> true, UnaryOperator.identity());
    }
  }

  private static BrokerSnapshot read(Snapshot message) throws BadMessageException {
    return Snapshots.read(message, List.of(), /* dropped= */ 0);
  }

  @Test
  void memoryPressureCrosses() throws Exception {
    Snapshot message = written();
    assertEquals(PRESSURE, read(Snapshot.parseFrom(message.toByteArray())).memoryPressure());
    Snapshot older = message.toBuilder().clearMemoryPressure().build();
    assertEquals(List.of(), read(older).memoryPressure());
  }

  @Test
  void memoryPressureThatIsNoneIsRefused() {
    Snapshot message = written();
    var first = message.getMemoryPressure(0).toBuilder();
    Snapshot beyond = message.toBuilder().setMemoryPressure(0, first.setSome(2).build()).build();
    assertEquals(
        "a memory pressure is wrong: some must be 0 to 1, is 2.0",
        assertThrows(BadMessageException.class, () -> read(beyond)).getMessage());
    Snapshot unknown =
        message.toBuilder().setMemoryPressure(0, first.setSome(0).setScope("MOON").build()).build();
    assertEquals(
        "'MOON' is no Scope that this version knows",
        assertThrows(BadMessageException.class, () -> read(unknown)).getMessage());
  }
}
