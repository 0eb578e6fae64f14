package dev.dmabroker.metrics;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.heuristics.FirstFit;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.ScriptedHeap;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.search.RequiredSearch;
import io.micrometer.core.instrument.search.Search;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamMetersTest {
  private static final int SIZE = 4096;

  private final MockClock clock = new MockClock();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
  private final Broker broker =
      Broker.builder().heap(ScriptedHeap.system()).heuristic(new FirstFit()).build();
  private final DmaBufMetrics metrics = new DmaBufMetrics(broker);
  private final Device camera = broker.register("camera", Constraints.none());
  private final Device viewer =
      broker.register(
          DeviceSpec.builder("viewer")
              .constraints(Constraints.builder().camping(1).build())
              .longestHold(Duration.ofHours(1))
              .build());

  StreamMetersTest() {
    metrics.bindTo(registry);
  }

  @AfterEach
  void close() {
    metrics.close();
    broker.close();
  }

  private BufferStream started(String name, int maxBuffers) {
    BufferStream stream =
        broker.stream(
            StreamSpec.builder(name, BlobSpec.of(SIZE), camera)
                .maxBuffers(maxBuffers)
                .stopDeadline(Duration.ZERO)
                .build());
    stream.start();
    return stream;
  }

  private static void submit(BufferStream stream) {
    stream.acquire().submit();
  }

  /** Has a census taken, which tells of streams. */
  private void look() {
    look(registry, clock);
  }

  private static void look(MeterRegistry registry, MockClock clock) {
    clock.add(RecentCensus.FRESH);
    double unused = registry.get("dmabuf.mappings").gauge().value();
  }

  /**
   * A meter that comes by an event of the broker, which is told on another thread. It shows what is
   * so now.
   */
  private RequiredSearch found(String name, String... tags) {
    Search search = registry.find(name).tags("stream", "video").tags(tags);
    Await.until(name + " is there", () -> search.meter() != null);
    look();
    return registry.get(name).tags("stream", "video").tags(tags);
  }

  private double gauge(String name, String... tags) {
    return found(name, tags).gauge().value();
  }

  private double count(String name, String... tags) {
    return found(name, tags).functionCounter().count();
  }

  private double nanos(String name, String... tags) {
    return found(name, tags).timeGauge().value(NANOSECONDS);
  }

  /** Waits until streams and devices at them have meters, and no others; returns how many. */
  private int awaitMeters(String... owners) {
    Await.until(List.of(owners) + " have meters", () -> owners().equals(Set.of(owners)));
    return ofStreams().size();
  }

  private Set<String> owners() {
    return ofStreams().stream()
        .map(
            id ->
                id.getTag("device") == null
                    ? id.getTag("stream")
                    : id.getTag("stream") + "/" + id.getTag("device"))
        .collect(Collectors.toSet());
  }

  private List<Meter.Id> ofStreams() {
    return registry.getMeters().stream()
        .map(Meter::getId)
        .filter(id -> id.getName().startsWith("dmabuf.stream."))
        .toList();
  }

  @Test
  void depthShowsWhoHasTheBuffers() {
    BufferStream stream = started("video", 5);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream);
    EmptyFrame filling = stream.acquire();
    assertEquals(1, gauge("dmabuf.stream.depth", "state", "in_flight"));
    assertEquals(1, gauge("dmabuf.stream.depth", "state", "filling"));
    assertEquals(0, gauge("dmabuf.stream.depth", "state", "free"));
    assertEquals(5, gauge("dmabuf.stream.limit"));
    assertEquals(2 * SIZE, gauge("dmabuf.stream.size"));
    filling.close();
    consumer.take().close();
    assertEquals(2, gauge("dmabuf.stream.depth", "state", "free"));
  }

  @Test
  void framesAreCountedWhereverTheyEnd() {
    BufferStream stream = started("video", 4);
    StreamConsumer all = stream.consumer(viewer, Policy.EVERY_FRAME);
    Device hasty = broker.register("hasty", Constraints.none());
    StreamConsumer latest = stream.consumer(hasty, Policy.LATEST);
    submit(stream);
    submit(stream);
    submit(stream);
    all.take().close();
    latest.take().close();
    assertEquals(3, count("dmabuf.stream.frames"));
    assertEquals(0, count("dmabuf.stream.failed"));
    assertEquals(2, gauge("dmabuf.stream.queued", "device", "viewer"));
    assertEquals(0, count("dmabuf.stream.dropped", "device", "viewer"));
    assertEquals(2, count("dmabuf.stream.dropped", "device", "hasty"));
    assertEquals(1, hold("viewer").count());
    assertEquals(3, hold("camera").count());
    assertTrue(hold("viewer").totalTime(NANOSECONDS) > 0);
  }

  private FunctionTimer hold(String device) {
    return found("dmabuf.stream.hold", "device", device).functionTimer();
  }

  @Test
  void aStreamThatCannotGrowShows() {
    BufferStream stream = started("video", 3);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream);
    submit(stream);
    submit(stream);
    assertEquals(1, count("dmabuf.stream.resizes", "result", "grown"));
    assertEquals(0, gauge("dmabuf.stream.held.back"));
    var waiting = stream.acquireAsync();
    assertEquals(1, gauge("dmabuf.stream.held.back"));
    assertEquals(1, gauge("dmabuf.stream.waiting"));
    assertEquals(2, count("dmabuf.stream.starved"));
    assertTrue(count("dmabuf.stream.resizes", "result", "refused") > 0);
    assertEquals(0, count("dmabuf.stream.resizes", "result", "shrunk"));
    assertEquals(0, count("dmabuf.stream.scrubbed"));
    consumer.take().close();
    waiting.join().close();
    assertEquals(0, gauge("dmabuf.stream.held.back"));
    assertEquals(0, gauge("dmabuf.stream.waiting"));
  }

  @Test
  void aConsumerThatTheStreamDoesWithoutIsCounted() {
    BufferStream stream =
        broker.stream(
            StreamSpec.builder("video", BlobSpec.of(4096), camera)
                .dispensable(viewer, Duration.ofNanos(1))
                .build());
    stream.start();
    assertEquals(1, count("dmabuf.stream.left.out"));
  }

  @Test
  void whatDevicesHoldIsBesideWhatTheyDeclared() {
    Device hasty =
        broker.register(DeviceSpec.builder("hasty").longestHold(Duration.ofNanos(1)).build());
    BufferStream stream = started("video", 8);
    StreamConsumer patient = stream.consumer(viewer, Policy.EVERY_FRAME);
    StreamConsumer other = stream.consumer(hasty, Policy.EVERY_FRAME);
    submit(stream);
    submit(stream);
    List<Frame> held = List.of(patient.take(), patient.take());
    other.take().close();
    assertEquals(2, gauge("dmabuf.stream.held", "device", "viewer", "role", "consumer"));
    assertEquals(1, gauge("dmabuf.stream.held.declared", "device", "viewer"));
    assertEquals(Double.NaN, gauge("dmabuf.stream.held.declared", "device", "hasty"));
    assertEquals(0, count("dmabuf.stream.overheld", "device", "viewer"));
    assertEquals(1, count("dmabuf.stream.overheld", "device", "hasty"));
    assertTrue(nanos("dmabuf.stream.hold.longest", "device", "hasty") > 1);
    assertEquals(0, nanos("dmabuf.stream.hold.longest", "device", "viewer")); // It holds them.
    assertEquals(1, nanos("dmabuf.stream.hold.declared", "device", "hasty"));
    assertEquals(3600e9, nanos("dmabuf.stream.hold.declared", "device", "viewer"));
    assertEquals(0, gauge("dmabuf.stream.held", "device", "camera", "role", "producer"));
    held.forEach(Frame::close);
    assertTrue(nanos("dmabuf.stream.hold.longest", "device", "viewer") > 0);
  }

  @Test
  void metersComeAndGoWithStreamsAndConsumers() {
    int none = awaitMeters();
    assertEquals(0, none);
    BufferStream stream = started("video", 4);
    int alone = awaitMeters("video", "video/camera");
    StreamConsumer consumer = stream.consumer(viewer, Policy.LATEST);
    int both = awaitMeters("video", "video/camera", "video/viewer");
    assertTrue(both > alone, alone + ", then " + both);
    consumer.close();
    awaitMeters("video", "video/camera");
    stream.close();
    awaitMeters();
  }

  @Test
  void noTagGrowsWithFramesBuffersOrPastStreams() {
    BufferStream stream = started("video", 32);
    awaitMeters("video", "video/camera");
    List<EmptyFrame> held = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      held.add(stream.acquire());
    }
    look();
    awaitMeters("video", "video/camera");
    held.forEach(EmptyFrame::close);
    for (int i = 0; i < 20; i++) {
      String name = "passing-" + i;
      try (BufferStream passing = started(name, 2)) {
        awaitMeters("video", "video/camera", name, name + "/camera");
      }
    }
    awaitMeters("video", "video/camera");
  }

  @Test
  void streamsOfOneNameAreAddedUp() {
    BufferStream one = started("video", 4);
    try (BufferStream other = started("video", 5)) {
      submit(one);
      submit(other);
      submit(other);
      assertEquals(9, gauge("dmabuf.stream.limit"));
      assertEquals(4, gauge("dmabuf.stream.depth", "state", "free"));
      assertEquals(3, count("dmabuf.stream.frames"));
    }
    assertEquals(4, gauge("dmabuf.stream.limit"));
    assertEquals(3, count("dmabuf.stream.frames"), "a counter does not go down");
    submit(one);
    assertEquals(4, count("dmabuf.stream.frames"));
  }

  @Test
  void aConsumerThatComesBackCountsOn() {
    BufferStream stream = started("video", 4);
    StreamConsumer first = stream.consumer(viewer, Policy.LATEST);
    submit(stream);
    submit(stream);
    submit(stream);
    assertEquals(2, count("dmabuf.stream.dropped", "device", "viewer"));
    first.close();
    awaitMeters("video", "video/camera");
    StreamConsumer second = stream.consumer(viewer, Policy.LATEST);
    assertEquals(2, count("dmabuf.stream.dropped", "device", "viewer"), second::toString);
    submit(stream);
    submit(stream);
    assertEquals(3, count("dmabuf.stream.dropped", "device", "viewer"));
  }

  @Test
  void closingTakesTheMetersOutForGood() {
    BufferStream stream = started("video", 4);
    var gauge = found("dmabuf.stream.limit").gauge();
    metrics.close();
    assertEquals(List.of(), registry.getMeters());
    clock.add(RecentCensus.FRESH);
    assertEquals(4, gauge.value(), stream::toString);
    assertEquals(List.of(), registry.getMeters());
  }

  @Test
  void streamsThatAreThereWhenItIsBoundAreThereAtOnce() {
    BufferStream stream = started("video", 4);
    SimpleMeterRegistry second = new SimpleMeterRegistry();
    metrics.bindTo(second);
    assertEquals(4, second.get("dmabuf.stream.limit").gauge().value(), stream::toString);
  }

  @Test
  void aRegistryThatReadsWhatItIsToldOfIsNotInTheWay() {
    registry.config().onMeterAdded(meter -> look());
    BufferStream stream = started("video", 4);
    assertEquals(4, gauge("dmabuf.stream.limit"), stream::toString);
  }

  @Test
  void aRegistryThatRefusesAMeterGetsNoneOfThem() {
    AtomicBoolean refused = new AtomicBoolean();
    registry
        .config()
        .onMeterAdded(
            meter -> {
              if (meter.getId().getName().equals("dmabuf.stream.limit")) {
                refused.set(true);
                throw new IllegalArgumentException("told to");
              }
            });
    BufferStream stream = started("video", 4);
    Await.until("refused", refused::get);
    awaitMeters("video/camera");
    assertEquals(1, registry.get("dmabuf.heap.backings").gauges().size(), stream::toString);
  }

  @Test
  void theFirstScrapeShowsWhatStreamsThereAre() {
    PrometheusMeterRegistry prometheus =
        new PrometheusMeterRegistry(
            PrometheusConfig.DEFAULT, new PrometheusRegistry(), new MockClock());
    metrics.bindTo(prometheus);
    try (BufferStream stream = started("video", 4)) {
      StreamConsumer consumer = stream.consumer(viewer, Policy.LATEST);
      Await.until(
          "both have meters", () -> prometheus.find("dmabuf.stream.hold").meters().size() == 2);
      submit(stream);
      consumer.take().close();
      String text = prometheus.scrape();
      assertScraped(text, "dmabuf_stream_depth_buffers{state=\"free\",stream=\"video\"} 2.0");
      assertScraped(text, "dmabuf_stream_hold_seconds_count{device=\"viewer\"");
      assertScraped(
          text,
          "dmabuf_stream_hold_declared_seconds{device=\"viewer\",role=\"consumer\",stream=\"video\"}"
              + " 3600.0");
    }
    Await.until("they are gone", () -> !prometheus.scrape().contains("dmabuf_stream_"));
    String after = prometheus.scrape();
    assertTrue(!after.contains("dmabuf_stream_"), after);
    assertTrue(after.contains("dmabuf_mappings 0.0"), after);
  }

  private static void assertScraped(String text, String line) {
    assertTrue(text.contains(line), () -> line + " in " + text);
  }
}
