package dev.dmabroker.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Frame;
import dev.dmabroker.Mapping;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.heuristics.FirstFit;
import dev.dmabroker.metrics.BrokerHealth.Status;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapProvider.Closed;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Lingering;
import dev.dmabroker.spi.MemoryPressure;
import dev.dmabroker.spi.MemoryPressure.Scope;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.ScriptedHeap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BrokerHealthTest {
  private static final int SIZE = 4096;

  private final ScriptedHeap system =
      new ScriptedHeap(
          "system", ScriptedHeap.ordinary().capacityBytes(Trait.declared(10L * SIZE)).build());
  private final ScriptedHeap cma = ScriptedHeap.cma();
  private final CountDownLatch failures = new CountDownLatch(2);
  private final Broker broker =
      Broker.builder()
          .heap(system)
          .heap(cma)
          .heuristic(new FirstFit())
          .moveRetries(Duration.ofMillis(1), 3)
          .closeTimeout(Duration.ofMillis(50))
          .listener(
              new BrokerListener() {
                @Override
                public void moveRolledBack(BufferMove event) {
                  failures.countDown();
                }
              })
          .build();
  private final Device camera =
      broker.register(DeviceSpec.builder("camera").longestHold(Duration.ofHours(1)).build());

  @AfterEach
  void close() {
    try {
      broker.close();
    } catch (BrokerException e) {
      // A mapping was left out on purpose.
    }
  }

  private BrokerHealth health() {
    return BrokerHealth.of(broker.snapshot());
  }

  private Attachment export() {
    return broker.export("frame", BlobSpec.of(SIZE)).attach(camera);
  }

  @Test
  void allIsWell() {
    try (Mapping mapping = export().map(Access.WRITE)) {
      assertEquals(new BrokerHealth(Status.UP, List.of()), health(), mapping::heapName);
    }
  }

  private static Closed closed(String heap, Closed.Kind kind) {
    return new Closed(heap, kind, "/dev/" + heap + " does not open", "join the group video");
  }

  private static Broker over(HeapProvider.Finding... findings) {
    HeapProvider finds =
        new HeapProvider() {
          @Override
          public String name() {
            return "test";
          }

          @Override
          public List<Finding> discover() {
            return List.of(findings);
          }
        };
    return Broker.builder().heaps(finds).heuristic(new FirstFit()).build();
  }

  private static HeapProvider.Open open(String name, HeapTraitsBuilder traits) {
    return new HeapProvider.Open(new ScriptedHeap(name, traits.build()));
  }

  @Test
  void heapsThatDoNotOpenAndThoseThatAreModelledAreNamed() {
    try (Broker broker =
        over(
            open("modelled-cma", ScriptedHeap.ordinary().modelled(Trait.declared(true))),
            closed("system", Closed.Kind.NO_PERMISSION),
            closed("huge", Closed.Kind.MISSING))) {
      assertEquals(
          new BrokerHealth(
              Status.DEGRADED,
              List.of(
                  "heap system is closed: /dev/system does not open; join the group video",
                  "heap modelled-cma is modelled: no driver imports its memory")),
          BrokerHealth.of(broker.snapshot()));
    }
  }

  @Test
  void devicesThatNeedMemoryWhichIsMissingAreNamedWithWhatWouldHelp() {
    try (Broker broker =
        over(
            open("memfd", ScriptedHeap.ordinary().deviceAccess(Trait.declared(false))),
            closed("dma_heap", Closed.Kind.MISSING))) {
      Device parser = broker.register("parser", Constraints.builder().cpuOnly().build());
      assertEquals(Status.UP, BrokerHealth.of(broker.snapshot()).status(), parser::name);
      Device late = broker.register("late", Constraints.none());
      assertEquals(
          List.of(
              "no heap has memory that drivers import, for devices that need it: late",
              "heap dma_heap is closed: /dev/dma_heap does not open; join the group video"),
          BrokerHealth.of(broker.snapshot()).reasons(),
          late::name);
    }
  }

  @Test
  void whoHoldsForTooLongIsNamed() {
    Device hasty =
        broker.register(DeviceSpec.builder("hasty").longestHold(Duration.ofNanos(1)).build());
    Attachment attachment = broker.export("frame", BlobSpec.of(SIZE)).attach(hasty);
    List<Mapping> held = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      held.add(attachment.map(Access.READ));
    }
    BrokerHealth health = health();
    assertEquals(Status.DEGRADED, health.status());
    assertEquals(6, health.reasons().size());
    String first = health.reasons().get(0);
    assertTrue(first.startsWith("frame is held by hasty for "), first);
    assertTrue(first.endsWith(", which declared 0 ms at most"), first);
    assertEquals("and 2 more like the last", health.reasons().get(5));
    held.forEach(Mapping::close);
    assertEquals(Status.UP, health().status());
  }

  @Test
  void aHeapThatIsNearlyFullIsNamed() {
    List<Attachment> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Attachment attachment = export();
      attachment.buffer().prepare();
      all.add(attachment);
    }
    assertEquals(Status.UP, health().status());
    system.linger(new Lingering(1, SIZE));
    assertEquals(
        new BrokerHealth(
            Status.DEGRADED,
            List.of(
                "heap system is nearly full: 36864 of 40960 bytes, of which 4096 were given back"
                    + " and linger")),
        health());
    assertTrue(all.get(0).buffer().tryEvacuate());
    assertEquals(Status.UP, health().status());
  }

  @Test
  void aHeapThatOtherProgramsFillIsNamed() {
    ScriptedHeap shared =
        new ScriptedHeap(
            "shared", ScriptedHeap.ordinary().capacityBytes(Trait.declared(10L * SIZE)).build());
    shared.left((long) SIZE);
    shared.linger(new Lingering(1, SIZE));
    try (Broker watching =
        Broker.builder()
            .heap(shared)
            .heuristic(new FirstFit())
            .watchMemory(Duration.ofHours(1))
            .build()) {
      assertEquals(
          new BrokerHealth(
              Status.DEGRADED,
              List.of(
                  "heap shared is nearly full: 36864 of 40960 bytes, of which 4096 were given back"
                      + " and linger, and 32768 of it are in use elsewhere")),
          BrokerHealth.of(watching.snapshot()));
    }
  }

  private static BrokerHealth under(MemoryPressure... pressure) {
    try (Broker watching =
        Broker.builder()
            .heap(ScriptedHeap.system())
            .heuristic(new FirstFit())
            .watchMemory(Duration.ofHours(1))
            .pressureGauge(() -> List.of(pressure))
            .build()) {
      return BrokerHealth.of(watching.snapshot());
    }
  }

  @Test
  void programsThatWaitForMemoryAreAReason() {
    double some = BrokerHealth.MEMORY_PRESSURE;
    assertEquals(
        new BrokerHealth(Status.UP, List.of()),
        under(new MemoryPressure(Scope.MACHINE, some, some)),
        "up to the share, all is well");
    assertEquals(
        new BrokerHealth(
            Status.DEGRADED,
            List.of(
                "programs of the machine wait for memory: in 16 % of the last 10 s some task did,"
                    + " in 0 % all did; end programs, release buffers, or give the machine more"
                    + " memory",
                "the cgroup of this program waits for memory: in 80 % of the last 10 s some task"
                    + " did, in 60 % all did; raise memory.max and memory.high of the cgroup, or"
                    + " lower the broker's budgets")),
        under(
            new MemoryPressure(Scope.MACHINE, 0.16, 0.001),
            new MemoryPressure(Scope.CGROUP, 0.8, 0.6)));
  }

  @Test
  void aMoveThatFailsAgainAndAgainIsNamed() throws Exception {
    Attachment in = export();
    in.map(Access.WRITE).close();
    cma.refuse(HeapException.Kind.FULL);
    Device display = broker.register("display", Constraints.builder().contiguous().build());
    Attachment out = in.buffer().attach(display);
    assertTrue(failures.await(30, TimeUnit.SECONDS));
    BrokerHealth health = health();
    assertEquals(Status.DEGRADED, health.status());
    String reason = health.reasons().get(0);
    assertTrue(
        reason.matches("the move of frame out of system has failed [23] times of 3"), reason);
    out.close();
  }

  @Test
  void aStreamIsNamedWhenItStarvesNotWhenItIsFull() {
    Device display =
        broker.register(
            DeviceSpec.builder("display")
                .constraints(Constraints.builder().camping(1).build())
                .longestHold(Duration.ofHours(1))
                .build());
    BufferStream stream = started(3);
    StreamConsumer consumer = stream.consumer(display, StreamConsumer.Policy.EVERY_FRAME);
    for (int i = 0; i < 3; i++) {
      stream.acquire().submit();
    }
    assertTrue(stream.tryAcquire().isEmpty());
    Frame first = consumer.take();
    Frame second = consumer.take();
    assertTrue(stream.snapshot().heldBack().isPresent());
    assertEquals(new BrokerHealth(Status.UP, List.of()), health(), "nobody waits");
    var waiting = stream.acquireAsync();
    assertEquals(
        new BrokerHealth(
            Status.DEGRADED,
            List.of(
                "stream video starves: it has all the 3 buffers that it may have; of 3 buffers"
                    + " camera holds 0, display holds 2 (declared 1) and has 1 queued")),
        health());
    first.close();
    waiting.join().close();
    assertEquals(Status.UP, health().status());
    second.close();
  }

  @Test
  void aConsumerThatHoldsAFrameForTooLongIsNamed() {
    Device hasty =
        broker.register(DeviceSpec.builder("hasty").longestHold(Duration.ofNanos(1)).build());
    BufferStream stream = started(3);
    StreamConsumer consumer = stream.consumer(hasty, StreamConsumer.Policy.LATEST);
    stream.acquire().submit();
    Frame frame = consumer.take();
    BrokerHealth health = health();
    assertEquals(Status.DEGRADED, health.status());
    String reason = health.reasons().get(0);
    assertTrue(reason.matches("video-\\d is held by hasty for .*"), reason);
    frame.close();
    assertEquals(Status.UP, health().status());
  }

  private BufferStream started(int maxBuffers) {
    BufferStream stream =
        broker.stream(
            StreamSpec.builder("video", BlobSpec.of(1), camera).maxBuffers(maxBuffers).build());
    stream.start();
    return stream;
  }

  @Test
  void aClosedBrokerIsDown() {
    broker.close();
    assertEquals(new BrokerHealth(Status.DOWN, List.of("the broker is closed")), health());
  }

  @Test
  void fencesThatNobodyWaitsForAreTheEnd() {
    BrokerSnapshot idle = broker.snapshot();
    assertEquals(Status.UP, BrokerHealth.of(Snapshots.with(idle, 0, "EBADF")).status());
    assertEquals(
        new BrokerHealth(Status.DOWN, List.of("3 fences are not waited for: EBADF")),
        BrokerHealth.of(Snapshots.with(idle, 3, "EBADF")));
  }
}
