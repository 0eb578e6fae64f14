package dev.dmabroker.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.heuristics.FirstFit;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.ScriptedHeap;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.search.MeterNotFoundException;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One value that cannot be told leaves the others. */
class BadValuesTest {
  private static final int SIZE = 4096;
  private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

  private final Events events = new Events();
  private final MockClock clock = new MockClock();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
  private final PrometheusMeterRegistry prometheus =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), clock);
  private final ScriptedHeap cma = ScriptedHeap.cma();
  private final Broker broker =
      Broker.builder()
          .heap(ScriptedHeap.system())
          .heap(cma)
          .heuristic(new FirstFit())
          .listener(events)
          .moveRetries(FOR_EVER, 64)
          .closeTimeout(Duration.ofMillis(50))
          .build();
  private final Device slow =
      broker.register(DeviceSpec.builder("slow").longestHold(FOR_EVER).build());
  private final Device display =
      broker.register("display", Constraints.builder().contiguous().build());

  @AfterEach
  void close() {
    broker.close();
  }

  private BufferStream started(String name) {
    BufferStream stream =
        broker.stream(
            StreamSpec.builder(name, BlobSpec.of(SIZE), slow)
                .quietTime(FOR_EVER)
                .stopDeadline(Duration.ZERO)
                .build());
    stream.consumer(slow, Policy.LATEST);
    stream.start();
    return stream;
  }

  private String scrape() {
    clock.add(RecentCensus.FRESH);
    return prometheus.scrape();
  }

  private static String json(BrokerSnapshot snapshot) {
    return SnapshotJson.text(snapshot).replace(" ", "");
  }

  private static void assertHas(String text, String part) {
    assertTrue(text.contains(part), () -> part + " in " + text);
  }

  // ---- Durations ----

  @Test
  void aDeviceThatHoldsForEverIsTold() throws Exception {
    try (BufferStream stream = started("video");
        Attachment attachment = broker.export(BlobSpec.of(SIZE)).attach(slow);
        Mapping held = attachment.map(Access.READ);
        DmaBufMetrics metrics = new DmaBufMetrics(broker)) {
      metrics.bindTo(prometheus);
      String scraped = scrape();
      assertHas(scraped, "dmabuf_mappings 1.0");
      assertHas(
          scraped,
          "dmabuf_stream_hold_declared_seconds{device=\"slow\",role=\"consumer\",stream=\"video\"}"
              + " 4.6");
      assertHas(json(broker.snapshot()), "\"longestHoldNanos\":" + Long.MAX_VALUE / 2);
      assertEquals(BrokerHealth.Status.UP, BrokerHealth.of(broker.snapshot()).status());
      assertTrue(held.isOpen() && stream.spec().name().equals("video"));
    }
  }

  @Test
  void aMoveThatRestsForEverIsTold() throws Exception {
    try (DmaBufMetrics metrics = new DmaBufMetrics(broker);
        Attachment attachment = broker.export(BlobSpec.of(SIZE)).attach(slow)) {
      metrics.bindTo(prometheus);
      attachment.map(Access.WRITE).close();
      cma.capacity(0);
      try (Attachment stricter = attachment.buffer().attach(display)) {
        assertTrue(Events.next(events.rolledBack).failure().isPresent());
        assertHas(scrape(), "dmabuf_mappings 0.0");
        assertHas(json(broker.snapshot()), "\"backOffNanos\":" + Long.MAX_VALUE / 2);
        assertEquals(display, stricter.device());
      }
    }
  }

  @Test
  void aDurationThatNoLongCountsIsTheLongest() {
    assertEquals(Long.MAX_VALUE, Nanos.of(FOR_EVER));
    assertEquals(Long.MIN_VALUE, Nanos.of(Duration.ofSeconds(Long.MIN_VALUE)));
    assertEquals(Long.MAX_VALUE, Nanos.inMillis(FOR_EVER));
    assertEquals(1_500_000, Nanos.of(Duration.ofMillis(1).plusNanos(500_000)));
    assertEquals(1, Nanos.inMillis(Duration.ofNanos(1_999_999)));
  }

  // ---- Registries ----

  private static void refuse(Meter.Id id) {
    if ("first".equals(id.getTag("stream"))) {
      throw new IllegalArgumentException("told to");
    }
  }

  @Test
  void aStreamThatTheRegistryRefusesLeavesTheOthers() {
    registry.config().onMeterAdded(meter -> refuse(meter.getId()));
    try (BufferStream first = started("first");
        BufferStream second = started("second");
        DmaBufMetrics metrics = new DmaBufMetrics(broker)) {
      metrics.bindTo(registry);
      assertEquals(
          second.spec().maxBuffers(),
          registry.get("dmabuf.stream.limit").tag("stream", "second").gauge().value());
      assertThrows(
          MeterNotFoundException.class,
          () -> registry.get("dmabuf.stream.limit").tag("stream", first.spec().name()).gauge());
      assertEquals(0, registry.get("dmabuf.mappings").gauge().value());
    }
  }

  @Test
  void aRegistryThatThrowsWhenAMeterGoesKeepsNoOther() {
    registry
        .config()
        .onMeterRemoved(
            meter -> {
              throw new IllegalStateException("told to");
            });
    DmaBufMetrics metrics = new DmaBufMetrics(broker);
    metrics.bindTo(registry);
    metrics.close();
    List<Meter> left =
        registry.getMeters().stream()
            .filter(meter -> !meter.getId().getName().endsWith(".histogram")) // The registry's own.
            .toList();
    assertEquals(List.of(), left);
  }

  // ---- Snapshots ----

  /** The broker, whose snapshots fail as long as that is set. */
  private Broker failing(AtomicBoolean fails) {
    return (Broker)
        Proxy.newProxyInstance(
            Broker.class.getClassLoader(),
            new Class<?>[] {Broker.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("snapshot") && fails.get()) {
                throw new IllegalStateException("told to");
              }
              try {
                return method.invoke(broker, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void aSnapshotThatFailsIsNoNumberAndTheScrapeGoesOn() {
    AtomicBoolean fails = new AtomicBoolean();
    prometheus.counter("applications.own").increment();
    try (BufferStream stream = started("video");
        DmaBufMetrics metrics = new DmaBufMetrics(failing(fails))) {
      metrics.bindTo(prometheus);
      fails.set(true);
      String scraped = scrape();
      assertHas(scraped, "applications_own_total 1.0");
      assertHas(scraped, "dmabuf_mappings NaN");
      fails.set(false);
      assertHas(
          scrape(), "dmabuf_stream_limit_buffers{stream=\"" + stream.spec().name() + "\"} 32");
    }
  }
}
