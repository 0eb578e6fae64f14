package dev.dmabroker.internal.move;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedFences;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.SignallingPoller;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long new mappings are stalled at most, in time that is only counted. */
class DrainDeadlineTest {
  private static final Duration HOLD = Duration.ofMillis(5);

  /** What the kernel takes to say which fence is pending. */
  private static final Duration ASKING = Duration.ofMillis(2);

  private final Simulation world = Simulation.inOrder();
  private final SignallingPoller poller = new SignallingPoller();
  private final ScriptedFences system = new ScriptedFences();
  private final List<BufferMove> rolledBack = new ArrayList<>();

  @Test
  void theHoldCountsFromTheStallWhateverIsWaitedFor() throws Exception {
    system.fence.set(poller.fence());
    system.onAsk = () -> world.sleep(ASKING);
    world.run(this::moveThatMeetsAFence);
    assertEquals(HOLD, rolledBack.get(0).deadline());
    assertEquals(HOLD, rolledBack.get(0).drain());
  }

  private void moveThatMeetsAFence() {
    try (Broker broker =
        Broker.builder()
            .heap(system)
            .heap(ScriptedHeap.cma())
            .heuristic(new InOrder())
            .leakTracking(LeakTracking.NEVER)
            .longestHold(HOLD)
            .fencePoller(poller)
            .listener(
                new BrokerListener() {
                  @Override
                  public void moveRolledBack(BufferMove event) {
                    rolledBack.add(event);
                  }
                },
                Delivery.IN_PLACE)
            .build()) {
      SharedBuffer buffer = broker.export(BlobSpec.of(4096));
      Attachment in = buffer.attach(broker.register("camera", Constraints.none()));
      in.map(Access.WRITE).close();
      Attachment out =
          buffer.attach(broker.register("display", Constraints.builder().contiguous().build()));
      out.map(Access.READ).close();
      buffer.close();
    }
  }
}
