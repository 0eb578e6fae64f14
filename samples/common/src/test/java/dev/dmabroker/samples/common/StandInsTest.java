package dev.dmabroker.samples.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StandInsTest {

  @Test
  void aSampleFindsMemoryOnEachMachineAndSaysWhetherItIsModelled() {
    try (Broker broker = StandIns.broker().build()) {
      var device = broker.register("display", Constraints.builder().cpuReach().build());
      String heap = broker.plan(BlobSpec.of(1), List.of(device)).placements().get(0).heap();
      assertEquals(heap.startsWith("modelled-"), StandIns.notice(broker).isPresent());
    }
  }

  @Test
  void theNoticeNamesTheModels() {
    try (Broker broker =
        Broker.builder()
            .heap(ModelledHeap.builder("one").build())
            .heap(ModelledHeap.builder("two").build())
            .heuristic(new InOrder())
            .build()) {
      String notice = StandIns.notice(broker).orElse("");
      assertTrue(notice.contains("one and two stand in"), notice);
    }
    try (Broker broker =
        Broker.builder().heap(ScriptedHeap.system()).heuristic(new InOrder()).build()) {
      assertEquals(Optional.empty(), StandIns.notice(broker));
    }
  }
}
