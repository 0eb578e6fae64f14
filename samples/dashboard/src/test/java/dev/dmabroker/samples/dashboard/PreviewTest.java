package dev.dmabroker.samples.dashboard;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.testing.Await;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PreviewTest {
  @Test
  void growsShrinksAndDropsForTheSlowViewer() {
    BrokerBuilder builder = Broker.builder();
    Demo.heaps().forEach(builder::heap);
    try (Broker broker = builder.build()) {
      // At 300 frames a second the recorder wants its ten frames again every two seconds, which is
      // the quiet time: then no buffer need ever lie idle for long enough.
      try (Preview preview = new Preview(broker, 100)) {
        Await.until(
            "it has grown and shrunk",
            EMULATED,
            () -> now(broker).grown() > 0 && now(broker).shrunk() > 0);
        Await.until(
            "frames were dropped", EMULATED, () -> now(broker).consumers().get(1).dropped() > 0);
        assertEquals(0, now(broker).consumers().get(0).dropped());
      }
      assertEquals(List.of(), broker.snapshot().streams());
      // A buffer that a worker was just making goes once its heap has answered.
      Await.until("all buffers are gone", () -> broker.snapshot().buffers().isEmpty());
    }
  }

  private static StreamState now(Broker broker) {
    return broker.snapshot().streams().get(0);
  }
}
