package dev.dmabroker.metrics;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.Pin;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.DeviceAttached;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.heuristics.FirstFit;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.Lingering;
import dev.dmabroker.spi.MemoryPressure;
import dev.dmabroker.spi.MemoryPressure.Scope;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.ScriptedHeap;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DmaBufMetricsTest {
  private static final int SIZE = 4096;

  private final ScriptedHeap system = ScriptedHeap.system();
  private final ScriptedHeap cma = ScriptedHeap.cma();
  private final MockClock clock = new MockClock();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
  private final Broker broker =
      Broker.builder()
          .heap(system)
          .heap(cma)
          .heuristic(new FirstFit())
          .moveRetries(Duration.ofSeconds(30), 2)
          .closeTimeout(Duration.ofMillis(50))
          .build();
  private final DmaBufMetrics metrics = new DmaBufMetrics(broker);
  private final Device camera = broker.register("camera", Constraints.none());
  private final Device display =
      broker.register("display", Constraints.builder().contiguous().build());
  private final Events seen = new Events();

  DmaBufMetricsTest() {
    metrics.bindTo(registry);
    Subscription unused = broker.listen(seen, Delivery.IN_PLACE);
  }

  @AfterEach
  void close() {
    metrics.close();
    try {
      broker.close();
    } catch (BrokerException e) {
      // A test left a mapping out on purpose.
    }
  }

  private Attachment export(Device device) {
    return broker.export(BlobSpec.of(SIZE)).attach(device);
  }

  private double gauge(String name, String... tags) {
    clock.add(RecentCensus.FRESH);
    return registry.get(name).tags(tags).gauge().value();
  }

  /** The meters are told on a thread of their own, so what they count is waited for. */
  private static void assertSoon(double expected, DoubleSupplier actual, double tolerance) {
    Await.until(
        expected + " is counted", () -> Math.abs(expected - actual.getAsDouble()) <= tolerance);
  }

  private void assertCount(double expected, String name, String... tags) {
    assertSoon(expected, () -> count(name, tags), 0);
  }

  private double count(String name, String... tags) {
    return registry.get(name).tags(tags).counter().count();
  }

  private double counted(String name) {
    clock.add(RecentCensus.FRESH);
    return registry.get(name).functionCounter().count();
  }

  private Timer timer(String name, String... tags) {
    return registry.get(name).tags(tags).timer();
  }

  private static void assertTook(Duration expected, Timer timer) {
    assertSoon((double) expected.toNanos(), () -> timer.totalTime(NANOSECONDS), 1);
  }

  @Test
  void everythingIsThereAtZeroFromTheStart() {
    clock.add(RecentCensus.FRESH);
    for (Meter meter : registry.getMeters()) {
      meter.use(
          gauge -> assertEquals(atStart(gauge), gauge.value(), meter.getId()::toString),
          counter -> assertEquals(0, counter.count(), meter.getId()::toString),
          timer -> assertEquals(0, timer.count(), meter.getId()::toString),
          other -> fail(meter),
          other -> fail(meter),
          gauge -> assertEquals(0, gauge.value(SECONDS), meter.getId()::toString),
          counter -> assertEquals(0, counter.count(), meter.getId()::toString),
          other -> fail(meter),
          other -> fail(meter));
    }
  }

  /** What is not known is not zero. */
  private static double atStart(Gauge gauge) {
    return switch (gauge.getId().getName()) {
      case "dmabuf.heap.capacity", "dmabuf.heap.headroom", "dmabuf.memory.pressure" -> Double.NaN;
      default -> 0;
    };
  }

  private static void fail(Meter meter) {
    throw new AssertionError("no such kind of meter was expected: " + meter.getId());
  }

  @Test
  void gaugesFollowTheHeapsAndTheBuffers() {
    Attachment in = export(camera);
    SharedBuffer unbacked = broker.export(BlobSpec.of(1));
    Mapping mapping = in.map(Access.READ);
    assertEquals(SIZE, gauge("dmabuf.heap.used", "heap", "system"));
    assertEquals(1, gauge("dmabuf.heap.backings", "heap", "system"));
    assertEquals(0, gauge("dmabuf.heap.used", "heap", "cma"));
    assertEquals(1, gauge("dmabuf.buffers", "heap", "system", "state", "resident"));
    assertEquals(1, gauge("dmabuf.buffers", "heap", "none", "state", "unbacked"));
    assertEquals(1, gauge("dmabuf.mappings"));
    mapping.close();
    unbacked.close();
    assertTrue(in.buffer().tryEvacuate());
    assertEquals(0, gauge("dmabuf.heap.used", "heap", "system"));
    assertEquals(1, gauge("dmabuf.buffers", "heap", "none", "state", "unbacked"));
    assertEquals(0, gauge("dmabuf.mappings"));
  }

  @Test
  void headroomIsWhatIsNeitherUsedNorLingers() {
    ScriptedHeap pool =
        new ScriptedHeap(
            "pool", ScriptedHeap.ordinary().capacityBytes(Trait.declared(10L * SIZE)).build());
    try (Broker other = Broker.builder().heap(pool).heuristic(new FirstFit()).build();
        DmaBufMetrics more = new DmaBufMetrics(other, Tags.of("broker", "other"))) {
      more.bindTo(registry);
      SharedBuffer kept = other.export(BlobSpec.of(SIZE));
      kept.prepare();
      pool.linger(new Lingering(3, 2L * SIZE));
      assertEquals(10 * SIZE, gauge("dmabuf.heap.capacity", "heap", "pool"));
      assertEquals(2 * SIZE, gauge("dmabuf.heap.lingering", "heap", "pool"));
      assertEquals(3, gauge("dmabuf.heap.lingering.backings", "heap", "pool"));
      assertEquals(7 * SIZE, gauge("dmabuf.heap.headroom", "heap", "pool"));
      assertEquals(SIZE, gauge("dmabuf.buffers.size", "heap", "pool", "state", "resident"));
      pool.linger(new Lingering(1, 100L * SIZE));
      assertEquals(0, gauge("dmabuf.heap.headroom", "heap", "pool"), "others may take more");
    }
  }

  @Test
  void heapsThatAreModelledOrClosedAreCounted() {
    HeapProvider finds =
        new HeapProvider() {
          @Override
          public String name() {
            return "test";
          }

          @Override
          public List<Finding> discover() {
            return List.of(
                new Open(
                    new ScriptedHeap(
                        "model", ScriptedHeap.ordinary().modelled(Trait.declared(true)).build())),
                new Open(new ScriptedHeap("real", ScriptedHeap.ordinary().build())),
                new Closed("system", Closed.Kind.NO_PERMISSION, "EACCES", "join the group"),
                new Closed("huge", Closed.Kind.MISSING, "none", "set some aside"));
          }
        };
    try (Broker other = Broker.builder().heaps(finds).heuristic(new FirstFit()).build();
        DmaBufMetrics more = new DmaBufMetrics(other, Tags.of("broker", "other"))) {
      more.bindTo(registry);
      assertEquals(1, gauge("dmabuf.heap.modelled", "heap", "model"));
      assertEquals(0, gauge("dmabuf.heap.modelled", "heap", "real"));
      assertEquals(1, gauge("dmabuf.heaps.closed", "kind", "no_permission", "broker", "other"));
      assertEquals(1, gauge("dmabuf.heaps.closed", "kind", "missing", "broker", "other"));
      assertEquals(0, gauge("dmabuf.heaps.closed", "kind", "failed", "broker", "other"));
    }
  }

  @Test
  void pressureIsShownOfEachScopeThatTheGaugeKnows() {
    try (Broker watching =
            Broker.builder()
                .heap(ScriptedHeap.system())
                .heuristic(new FirstFit())
                .watchMemory(Duration.ofHours(1))
                .pressureGauge(() -> List.of(new MemoryPressure(Scope.CGROUP, 0.25, 0.125)))
                .build();
        DmaBufMetrics its = new DmaBufMetrics(watching, Tags.of("broker", "watching"))) {
      its.bindTo(registry);
      String name = "dmabuf.memory.pressure";
      String[] own = {"broker", "watching", "scope", "cgroup", "waiting", "some"};
      assertEquals(0.25, gauge(name, own));
      own[5] = "all";
      assertEquals(0.125, gauge(name, own));
      own[3] = "machine";
      assertEquals(Double.NaN, gauge(name, own));
    }
  }

  @Test
  void aHeapOfUnknownCapacityThatSaysWhatIsLeftHasNoHeadroom() {
    ScriptedHeap boundless = ScriptedHeap.system();
    boundless.left((long) SIZE);
    try (Broker watching =
            Broker.builder()
                .heap(boundless)
                .heuristic(new FirstFit())
                .watchMemory(Duration.ofHours(1))
                .build();
        DmaBufMetrics its = new DmaBufMetrics(watching, Tags.of("broker", "watching"))) {
      its.bindTo(registry);
      assertEquals(
          Double.NaN, gauge("dmabuf.heap.headroom", "heap", "system", "broker", "watching"));
      assertEquals(
          new BrokerHealth(BrokerHealth.Status.UP, List.of()),
          BrokerHealth.of(watching.snapshot()));
    }
  }

  @Test
  void budgetsShowWhatIsLeft() {
    try (Broker other =
            Broker.builder()
                .heap(new ScriptedHeap("pool", ScriptedHeap.ordinary().build()))
                .heuristic(new FirstFit())
                .budget("codec", 3L * SIZE)
                .build();
        DmaBufMetrics more = new DmaBufMetrics(other, Tags.of("broker", "other"))) {
      more.bindTo(registry);
      Device codec = other.register("codec", Constraints.none());
      SharedBuffer unused = other.export("frame", BlobSpec.of(SIZE), codec);
      assertEquals(3 * SIZE, gauge("dmabuf.budget.limit", "budget", "codec"));
      assertEquals(SIZE, gauge("dmabuf.budget.reserved", "budget", "codec"));
    }
  }

  @Test
  void mapsAreCountedWhereverTheyWere() throws Exception {
    Attachment in = export(camera);
    for (int i = 0; i < 10; i++) {
      in.map(Access.WRITE).close();
    }
    assertEquals(10, counted("dmabuf.maps"));
    Attachment out = in.buffer().attach(display);
    out.map(Access.READ).close();
    assertEquals(11, counted("dmabuf.maps"), "the first place's are not forgotten");
    try (Mapping mapping = in.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      assertEquals(13, counted("dmabuf.maps"), "a view counts as well");
    }
    out.close();
    in.close();
    in.buffer().close();
    assertEquals(0, gauge("dmabuf.buffers", "heap", "cma", "state", "resident"));
    assertEquals(13, counted("dmabuf.maps"), "nor those of a buffer that is gone");
  }

  @Test
  void theOldestMappingShowsAndWhoOverstays() throws Exception {
    Device hasty =
        broker.register(DeviceSpec.builder("hasty").longestHold(Duration.ofNanos(1)).build());
    assertEquals(0, registry.get("dmabuf.mappings.oldest").timeGauge().value(SECONDS));
    Mapping patient = export(camera).map(Access.READ);
    Mapping overdue = export(hasty).map(Access.READ);
    assertEquals(1, gauge("dmabuf.mappings.overdue"));
    assertTrue(registry.get("dmabuf.mappings.oldest").timeGauge().value(SECONDS) > 0);
    overdue.close();
    assertEquals(0, gauge("dmabuf.mappings.overdue"));
    patient.close();
    clock.add(RecentCensus.FRESH);
    assertEquals(0, registry.get("dmabuf.mappings.oldest").timeGauge().value(SECONDS));
  }

  @Test
  void attachesAreCountedWithThoseRefused() {
    ScriptedHeap only = new ScriptedHeap("only", ScriptedHeap.ordinary().build());
    try (Broker other = Broker.builder().heap(only).heuristic(new FirstFit()).build();
        DmaBufMetrics more = new DmaBufMetrics(other, Tags.of("broker", "other"))) {
      more.bindTo(registry);
      Device any = other.register("any", Constraints.none());
      Device strict = other.register("strict", Constraints.builder().contiguous().build());
      SharedBuffer buffer = other.export(BlobSpec.of(SIZE));
      Attachment unused = buffer.attach(any);
      assertThrows(UnsatisfiableException.class, () -> buffer.attach(strict));
      assertCount(1, "dmabuf.attaches", "broker", "other", "result", "done");
      assertCount(1, "dmabuf.attaches", "broker", "other", "result", "refused");
    }
  }

  @Test
  void aPinnedBufferShows() {
    Attachment in = export(camera);
    try (Pin pin = in.pin()) {
      assertEquals(1, gauge("dmabuf.buffers.pinned"), pin::heapName);
    }
    assertEquals(0, gauge("dmabuf.buffers.pinned"));
  }

  @Test
  void leasesAreCountedAndTimedWhenTheyAreAskedBack() throws Exception {
    Attachment in = export(camera);
    Lease lease = in.map(Access.READ).lease("viewer", recall -> {});
    lease.endUse();
    assertEquals(1, gauge("dmabuf.leases"));
    assertTrue(in.buffer().tryEvacuate());
    assertEquals(0, gauge("dmabuf.leases"));
    assertCount(1, "dmabuf.lease.recalls", "cause", "evacuation");
    assertCount(0, "dmabuf.lease.recalls", "cause", "move");
    assertTook(Events.next(seen.returned).took(), timer("dmabuf.lease.recall"));
  }

  @Test
  void moveCausesAreToldApart() throws Exception {
    try (Broker other =
            Broker.builder()
                .heap(system)
                .heap(cma)
                .heuristic(new FirstFit())
                .moveRetries(Duration.ofSeconds(30), 1)
                .build();
        DmaBufMetrics more = new DmaBufMetrics(other, Tags.of("broker", "other"))) {
      more.bindTo(registry);
      Subscription unused = other.listen(seen, Delivery.IN_PLACE);
      Attachment in = other.export(BlobSpec.of(SIZE)).attach(other.register("in", any()));
      in.map(Access.WRITE).close();
      cma.refuse(HeapException.Kind.FULL);
      Attachment out = in.buffer().attach(other.register("out", contiguous()));
      Events.next(seen.rolledBack);
      cma.refuse(null);
      out.map(Access.READ).close(); // The attach's move was given up, so this starts another.
      assertEquals(BufferMove.Cause.MAP, Events.next(seen.moved).cause());
      assertCount(1, "dmabuf.moves", "broker", "other", "cause", "map", "result", "done");
      assertCount(1, "dmabuf.moves", "broker", "other", "cause", "attach", "result", "rolled_back");
    }
  }

  private static Constraints any() {
    return Constraints.none();
  }

  private static Constraints contiguous() {
    return Constraints.builder().contiguous().build();
  }

  @Test
  void stallsFallIntoBucketsAroundAFrame() {
    List<Double> millis =
        Arrays.stream(
                timer("dmabuf.map.stall", "result", "granted").takeSnapshot().histogramCounts())
            .map(bucket -> bucket.bucket(TimeUnit.MILLISECONDS))
            .toList();
    assertEquals(List.of(1.0, 4.0, 8.0, 16.7, 33.3, 50.0, 100.0, 500.0), millis);
  }

  @Test
  void aMoveIsCountedAndTimed() throws Exception {
    Attachment in = export(camera);
    in.map(Access.WRITE).close();
    in.buffer().attach(display).map(Access.READ).close();
    BufferMove move = Events.next(seen.moved);
    assertCount(1, "dmabuf.moves", "cause", "attach", "result", "done");
    assertCount(0, "dmabuf.moves", "cause", "attach", "result", "rolled_back");
    assertCount(SIZE, "dmabuf.moves.copied");
    assertSoon(1, () -> timer("dmabuf.move.stall", "result", "done").count(), 0);
    assertTook(move.stall(), timer("dmabuf.move.stall", "result", "done"));
    assertTook(move.drain(), timer("dmabuf.move.drain"));
    assertTook(move.copy(), timer("dmabuf.move.copy"));
    assertCount(1, "dmabuf.allocations", "heap", "system", "result", "done");
    assertCount(1, "dmabuf.allocations", "heap", "cma", "result", "done");
    assertEquals(SIZE, gauge("dmabuf.heap.used", "heap", "cma"));
  }

  @Test
  void aMoveOfDeadContentsCopiesNothing() throws Exception {
    Attachment in = export(camera);
    in.map(Access.READ).close();
    in.buffer().attach(display).map(Access.READ).close();
    Events.next(seen.moved);
    assertCount(0, "dmabuf.moves.copied");
    assertSoon(0, () -> timer("dmabuf.move.copy").count(), 0);
    assertSoon(1, () -> timer("dmabuf.move.drain").count(), 0);
  }

  @Test
  void aMoveThatIsHeldUpIsRolledBackAndItsStallCounts() throws Exception {
    Device slow =
        broker.register(DeviceSpec.builder("slow").longestHold(Duration.ofMillis(1)).build());
    Attachment in = export(slow);
    Mapping held = in.map(Access.WRITE);
    Attachment out = in.buffer().attach(display);
    var waiting = out.mapAsync(Access.READ);
    Events.next(seen.rolledBack);
    assertEquals(1, gauge("dmabuf.maps.waiting"));
    assertCount(1, "dmabuf.moves", "cause", "attach", "result", "rolled_back");
    assertCount(0, "dmabuf.moves.copied");
    assertSoon(1, () -> timer("dmabuf.move.stall", "result", "rolled_back").count(), 0);
    assertSoon(1, () -> timer("dmabuf.move.drain").count(), 0);
    assertSoon(0, () -> timer("dmabuf.move.copy").count(), 0);
    assertCount(1, "dmabuf.allocations", "heap", "cma", "result", "done");
    assertTrue(waiting.cancel(false));
    assertEquals(0, gauge("dmabuf.maps.waiting"));
    held.close();
  }

  @Test
  void aMoveThatFindsNoRoomStallsNobody() throws Exception {
    Attachment in = export(camera);
    in.map(Access.WRITE).close();
    cma.refuse(HeapException.Kind.FULL);
    Attachment unused = in.buffer().attach(display);
    Events.next(seen.rolledBack);
    assertCount(1, "dmabuf.moves", "cause", "attach", "result", "rolled_back");
    assertSoon(0, () -> timer("dmabuf.move.stall", "result", "rolled_back").count(), 0);
    assertSoon(0, () -> timer("dmabuf.move.drain").count(), 0);
    assertCount(0, "dmabuf.allocations", "heap", "cma", "result", "done");
    assertCount(1, "dmabuf.allocations", "heap", "cma", "result", "refused");
  }

  @ParameterizedTest
  @EnumSource
  void refusalsAreCountedByKind(HeapException.Kind kind) {
    system.refuse(kind);
    cma.refuse(HeapException.Kind.FULL);
    Attachment in = export(camera);
    assertThrows(AllocationException.class, () -> in.map(Access.READ));
    cma.refuse(null);
    in.map(Access.READ).close();
    String tag = kind.name().toLowerCase(Locale.ROOT);
    assertCount(2, "dmabuf.heap.refusals", "heap", "system", "kind", tag);
    assertCount(1, "dmabuf.heap.refusals", "heap", "cma", "kind", "full");
    assertCount(2, "dmabuf.allocations", "heap", "system", "result", "refused");
    assertCount(1, "dmabuf.allocations", "heap", "cma", "result", "done");
  }

  @Test
  void mapsThatWaitAreTimedByHowTheyEnd() throws Exception {
    Device slow =
        broker.register(DeviceSpec.builder("slow").longestHold(Duration.ofSeconds(30)).build());
    Attachment in = export(slow);
    Mapping held = in.map(Access.WRITE);
    Attachment out = in.buffer().attach(display);
    Attachment gone = in.buffer().attach(display);
    var granted = out.mapAsync(Access.READ);
    var failed = gone.mapAsync(Access.READ);
    gone.close();
    MapStalled first = Events.next(seen.stalled);
    assertTrue(!first.granted());
    assertTook(first.waited(), timer("dmabuf.map.stall", "result", "failed"));
    assertSoon(0, () -> timer("dmabuf.map.stall", "result", "granted").count(), 0);
    held.close();
    MapStalled second = Events.next(seen.stalled);
    assertTrue(second.granted());
    assertTook(second.waited(), timer("dmabuf.map.stall", "result", "granted"));
    assertSoon(1, () -> timer("dmabuf.map.stall", "result", "failed").count(), 0);
    granted.get(30, SECONDS).close();
    assertThrows(ExecutionException.class, () -> failed.get(30, SECONDS));
  }

  @Test
  void whatAListenerMissesIsCounted() {
    CountDownLatch go = new CountDownLatch(1);
    Subscription unused =
        broker.listen(
            new BrokerListener() {
              @Override
              public void attached(DeviceAttached event) {
                Await.latch(go);
              }
            });
    SharedBuffer buffer = broker.export(BlobSpec.of(SIZE));
    while (broker.snapshot().droppedEvents() < 3) {
      buffer.attach(camera).close();
    }
    go.countDown();
    assertTrue(counted("dmabuf.events.dropped") >= 3);
  }

  @Test
  void violationsOfAccessAreCountedByTheirKind() {
    SimpleMeterRegistry checked = new SimpleMeterRegistry();
    try (Broker checking =
        Broker.builder().heap(system).heuristic(new FirstFit()).checkAccess(1).build()) {
      new DmaBufMetrics(checking).bindTo(checked);
      Device device = checking.register("camera", Constraints.none());
      Mapping mapping = checking.export(BlobSpec.of(SIZE)).attach(device).map(Access.WRITE);
      CpuView view = mapping.cpuView();
      mapping.close();
      view.close();
      assertSoon(
          1,
          () ->
              checked
                  .get("dmabuf.access.violations")
                  .tag("kind", "view_left_open")
                  .counter()
                  .count(),
          0);
    }
  }

  @Test
  void noTagGrowsWithBuffersOrDevices() {
    Set<Meter.Id> before = ids(registry);
    for (int i = 0; i < 50; i++) {
      Device device = broker.register("device-" + i, Constraints.none());
      broker.export("frame-" + i, BlobSpec.of(SIZE)).attach(device).map(Access.WRITE).close();
    }
    assertEquals(before, ids(registry));
    String all = before.toString();
    assertTrue(!all.contains("frame-") && !all.contains("device"), all);
    assertEquals(50, gauge("dmabuf.buffers", "heap", "system", "state", "resident"));
  }

  @Test
  void closingTakesTheMetersOutAndEndsTheEvents() {
    metrics.close();
    metrics.close();
    assertEquals(List.of(), registry.getMeters());
    export(camera).map(Access.READ).close();
    assertEquals(List.of(), registry.getMeters());
    var failure = assertThrows(IllegalStateException.class, () -> metrics.bindTo(registry));
    assertEquals(
        "these metrics are closed, or their broker is; make new ones to bind again",
        failure.getMessage());
    new DmaBufMetrics(broker).bindTo(registry);
    assertEquals(SIZE, gauge("dmabuf.heap.used", "heap", "system"));
  }

  @Test
  void extraTagsTellTwoBrokersApart() {
    try (Broker other =
            Broker.builder().heap(ScriptedHeap.system()).heuristic(new FirstFit()).build();
        DmaBufMetrics more = new DmaBufMetrics(other, Tags.of("broker", "other"))) {
      more.bindTo(registry);
      SharedBuffer kept = other.export(BlobSpec.of(SIZE));
      kept.prepare();
      assertEquals(SIZE, gauge("dmabuf.heap.used", "heap", "system", "broker", "other"));
      assertCount(1, "dmabuf.allocations", "heap", "system", "broker", "other", "result", "done");
    }
    Set<Meter.Id> left = ids(registry);
    assertTrue(left.stream().allMatch(id -> id.getTag("broker") == null), left::toString);
    assertEquals(0, gauge("dmabuf.heap.used", "heap", "system"));
  }

  @Test
  void oneBrokerMayBeBoundToSeveralRegistries() {
    SimpleMeterRegistry second = new SimpleMeterRegistry();
    metrics.bindTo(second);
    export(camera).map(Access.READ).close();
    assertCount(1, "dmabuf.allocations", "heap", "system", "result", "done");
    Counter allocations =
        second.get("dmabuf.allocations").tags("heap", "system", "result", "done").counter();
    assertSoon(1, allocations::count, 0);
    metrics.close();
    assertEquals(List.of(), second.getMeters());
  }

  @Test
  void theFirstScrapeShowsWhatHappenedSinceTheBind() {
    export(camera).map(Access.READ).close();
    assertEquals(SIZE, registry.get("dmabuf.heap.used").tag("heap", "system").gauge().value());
  }

  @Test
  void aBrokerThatClosesTakesItsMetersWithIt() {
    Mapping held = export(camera).map(Access.READ);
    assertThrows(OutstandingMappingsException.class, broker::close);
    assertEquals(List.of(), registry.getMeters());
    held.close();
    assertEquals(List.of(), registry.getMeters());
    assertThrows(IllegalStateException.class, () -> metrics.bindTo(registry));
    assertEquals(List.of(), registry.getMeters());
  }

  @Test
  void theNextBrokerIsReadInThePlaceOfTheOneThatClosed() {
    export(camera).map(Access.READ).close();
    broker.close();
    try (Broker next =
        Broker.builder().heap(ScriptedHeap.system()).heuristic(new FirstFit()).build()) {
      new DmaBufMetrics(next).bindTo(registry);
      SharedBuffer kept = next.export(BlobSpec.of(2 * SIZE));
      kept.prepare();
      assertEquals(2 * SIZE, gauge("dmabuf.heap.used", "heap", "system"));
      assertCount(1, "dmabuf.allocations", "heap", "system", "result", "done");
    }
    assertEquals(List.of(), registry.getMeters());
  }

  @Test
  void aBrokerThatIsClosedHasNoMeters() {
    broker.close();
    DmaBufMetrics late = new DmaBufMetrics(broker);
    var failure = assertThrows(IllegalStateException.class, () -> late.bindTo(registry));
    assertEquals("the broker is closed, so it has no meters", failure.getMessage());
    assertEquals(List.of(), registry.getMeters());
  }

  private static Set<Meter.Id> ids(SimpleMeterRegistry registry) {
    return registry.getMeters().stream().map(Meter::getId).collect(Collectors.toSet());
  }
}
