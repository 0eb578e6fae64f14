package dev.dmabroker.heuristics;

import static dev.dmabroker.heuristics.Requests.SPEC;
import static dev.dmabroker.heuristics.Requests.contiguous;
import static dev.dmabroker.heuristics.Requests.scattered;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.ScriptedHeap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A broker places the third buffer as it moved the first two. */
class LearningTest {

  @Test
  void aPipelineThatRunsAgainAndAgainStopsMoving() {
    AttachHistory history = new AttachHistory();
    List<Optional<String>> first = new ArrayList<>();
    try (Broker broker =
        Broker.builder()
            .heap(new ScriptedHeap("system", scattered().build()))
            .heap(new ScriptedHeap("cma", contiguous().build()))
            .listener(history, Delivery.IN_PLACE)
            .heuristic(new Foresight(new LeastCost(), history))
            .build()) {
      Device camera = broker.register("camera", Constraints.none());
      Device encoder = broker.register("encoder", Constraints.builder().contiguous().build());
      for (int i = 0; i < 4; i++) {
        try (SharedBuffer buffer = broker.export(SPEC);
            Attachment shoots = buffer.attach(camera)) {
          shoots.map(Access.OVERWRITE).close();
          first.add(buffer.heapName());
          try (Attachment encodes = buffer.attach(encoder)) {
            encodes.map(Access.READ).close();
          }
          assertEquals(Optional.of("cma"), buffer.heapName());
        }
      }
      String reason = broker.plan(SPEC, List.of(camera)).placements().get(1).reason();
      assertTrue(reason.contains("encoder attached later to 3.8 of 3.8 such buffers"), reason);
    }
    assertEquals(
        List.of("system", "system", "cma", "cma"), first.stream().map(Optional::get).toList());
  }
}
