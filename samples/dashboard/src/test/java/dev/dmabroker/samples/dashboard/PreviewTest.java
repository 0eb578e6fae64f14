package dev.dmabroker.samples.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.Broker;
import dev.dmabroker.event.StreamState;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PreviewTest {
  @Test
  void growsShrinksAndDropsForTheSlowViewer() {
    Broker.Builder builder = Broker.builder();
    Demo.heaps().forEach(builder::heap);
    try (Broker broker = builder.build()) {
      try (Preview preview = new Preview(broker, 300)) {
        Site.await(
            "it has grown and shrunk", () -> now(broker).grown() > 0 && now(broker).shrunk() > 0);
        Site.await("frames were dropped", () -> now(broker).consumers().get(1).dropped() > 0);
        assertEquals(0, now(broker).consumers().get(0).dropped());
      }
      assertEquals(List.of(), broker.snapshot().streams());
      assertEquals(List.of(), broker.snapshot().buffers());
    }
  }

  private static StreamState now(Broker broker) {
    return broker.snapshot().streams().get(0);
  }
}
