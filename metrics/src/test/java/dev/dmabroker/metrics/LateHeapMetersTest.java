package dev.dmabroker.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.metrics.BrokerHealth.Status;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedProvider;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an operator sees of heaps that join and vanish. */
class LateHeapMetersTest {
  private static final int SIZE = 4096;

  private final ScriptedHeap system = ScriptedHeap.system();
  private final ScriptedProvider nodes = new ScriptedProvider("nodes").finds(system);
  private final Broker broker = Broker.builder().heaps(nodes).heuristic(new InOrder()).build();
  private final MockClock clock = new MockClock();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);

  @AfterEach
  void close() {
    broker.close();
  }

  private @Nullable Gauge used(String heap) {
    return registry.find("dmabuf.heap.used").tag("heap", heap).gauge();
  }

  private double closed(String kind) {
    clock.add(Duration.ofSeconds(2));
    return registry.get("dmabuf.heaps.closed").tag("kind", kind).gauge().value();
  }

  @Test
  void aHeapHasMetersAsLongAsItIsOpenOrBuffersLieThere() {
    try (DmaBufMetrics metrics = new DmaBufMetrics(broker)) {
      metrics.bindTo(registry);
      assertNotNull(used("system"));
      assertNull(used("cma"));
      SharedBuffer buffer = broker.export(BlobSpec.of(SIZE));
      Attachment in = buffer.attach(broker.register("camera", Constraints.none()));
      in.map(Access.WRITE).close();

      nodes.finds(ScriptedHeap.cma());
      HeapsChanged unused = broker.rescan();
      Await.until("the new heap has meters", () -> used("cma") != null);
      clock.add(Duration.ofSeconds(2));
      assertEquals(SIZE, assertNotNullGauge("system").value());
      assertEquals(1, closed("vanished"));
      in.close();
      buffer.close();
      clock.add(Duration.ofSeconds(2));
      assertEquals(0, assertNotNullGauge("cma").value(), "a scrape");
      assertNull(used("system"));
    }
  }

  private Gauge assertNotNullGauge(String heap) {
    Gauge gauge = used(heap);
    assertNotNull(gauge, heap);
    return gauge;
  }

  @Test
  void healthTellsOfWhatLiesInAHeapThatVanishedAndOfDevicesThatNameIt() {
    SharedBuffer buffer = broker.export(BlobSpec.of(SIZE));
    Attachment in = buffer.attach(broker.register("camera", Constraints.none()));
    in.map(Access.WRITE).close();
    assertEquals(Status.UP, BrokerHealth.of(broker.snapshot()).status());
    nodes.finds(ScriptedHeap.cma());
    HeapsChanged unused = broker.rescan();
    BrokerHealth health = BrokerHealth.of(broker.snapshot());
    assertEquals(Status.DEGRADED, health.status());
    assertTrue(
        health.reasons().get(0).contains("1 allocations with 4096 bytes"), health.toString());
    in.close();
    buffer.close();
    assertEquals(Status.UP, BrokerHealth.of(broker.snapshot()).status(), "no one needs it");
    try (var device =
        broker.register("named", Constraints.builder().permittedHeaps("system").build())) {
      health = BrokerHealth.of(broker.snapshot());
      assertEquals(Status.DEGRADED, health.status(), device.name());
      assertTrue(health.reasons().get(0).contains("finds it no more"), health.toString());
    }
  }

  @Test
  void aStateDumpSaysWhyAHeapVanished() {
    Attachment in =
        broker.export(BlobSpec.of(SIZE)).attach(broker.register("camera", Constraints.none()));
    in.map(Access.WRITE).close();
    assertTrue(SnapshotJson.text(broker.snapshot()).matches("(?s).*\"vanished\": ?null.*"));
    nodes.finds();
    HeapsChanged unused = broker.rescan();
    String dump = SnapshotJson.text(broker.snapshot());
    String why = "\"heap provider nodes finds it no more\"";
    assertTrue(dump.matches("(?s).*\"vanished\": ?" + why + ".*"), dump);
    assertTrue(dump.contains("\"VANISHED\""), dump);
  }
}
