package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.LeftOutException;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.DeviceProbe;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedProvider;
import dev.dmabroker.testing.StubHeap;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What waits for memory, and what devices are asked, when a heap joins. */
class LateHeapWaitersTest extends Fixture {
  private final ScriptedProvider nodes = new ScriptedProvider("nodes");
  private final ScriptedHeap late = new ScriptedHeap("late", ScriptedHeap.cma().traits());
  private Device camera;

  @BeforeEach
  void open() {
    broker.close();
    broker = builder().moveRetries(Duration.ofDays(1), 3).build();
    camera = broker.register("camera", Constraints.none());
  }

  @Override
  protected BrokerBuilder builder() {
    // Called by the super class's constructor too, before the field is there.
    return nodes == null ? super.builder() : super.builder().heaps(nodes);
  }

  @Test
  void aMapThatWaitsForAMoveGetsTheHeapThatJoins() throws Exception {
    cma.refuse(HeapException.Kind.FULL);
    SharedBuffer buffer = export();
    write(buffer.attach(camera), 5);
    Attachment out = buffer.attach(broker.register("display", CONTIGUOUS));
    Events.next(events.rolledBack);
    var waiting = start(() -> out.map(Access.READ, Duration.ofMinutes(1))).parked();
    nodes.finds(late);
    broker.rescan();
    try (Mapping mapping = waiting.result()) {
      assertEquals("late", mapping.heapName());
      assertEquals(5, read(mapping));
    }
  }

  @Test
  void aProducerThatWaitsForABufferGetsOneFromTheHeapThatJoins() throws Exception {
    system.capacity(2 * SIZE);
    cma.capacity(0);
    BufferStream stream =
        broker.stream(
            StreamSpec.builder("video", BlobSpec.of(SIZE), camera)
                .quietTime(Duration.ofDays(1))
                .build());
    stream.start();
    EmptyFrame first = stream.acquire();
    EmptyFrame other = stream.acquire();
    var waiting = start(() -> stream.acquire(Duration.ofMinutes(1))).parked();
    Events.next(streamEvents.heldBack);
    nodes.finds(late);
    broker.rescan();
    waiting.result().close();
    first.close();
    other.close();
    stream.close();
  }

  @Test
  void aDeviceThatWasLeftOutIsServed() throws Exception {
    Constraints named = Constraints.builder().permittedHeaps("late", "system").build();
    SharedBuffer buffer = export();
    buffer.attach(broker.register("display", CONTIGUOUS));
    Attachment spare =
        buffer.attach(
            broker.register(DeviceSpec.builder("spare").constraints(named).dispensable().build()));
    assertTrue(Events.next(events.leftOut).leftOut());
    write(buffer.attach(camera), 5);
    assertThrows(LeftOutException.class, () -> spare.map(Access.READ));
    nodes.finds(late);
    broker.rescan();
    assertFalse(Events.next(events.leftOut).leftOut());
    try (Mapping mapping = spare.map(Access.READ)) {
      assertEquals("late", mapping.heapName());
      assertEquals(5, read(mapping));
    }
  }

  // ---- Devices that are asked ----

  /** Takes memory unless it is that of a refused heap, and notes of which heaps it was offered. */
  private final class Picky implements DeviceProbe {
    private final List<String> offered = new CopyOnWriteArrayList<>();
    private volatile Runnable onImport = () -> {};

    @Override
    public String name() {
      return "picky";
    }

    @Override
    public Sample sample(Constraints declared) {
      return new Sample(SIZE, BlobSpec.of(SIZE).layout());
    }

    @Override
    public Answer tryImport(Backing backing, Sample sample) {
      onImport.run();
      boolean isLate = late.live() > 0;
      offered.add(isLate ? "late" : "other");
      return new Answer(isLate ? Verdict.REFUSED : Verdict.ACCEPTED, "asked");
    }

    @Override
    public void close() {}
  }

  @Test
  void aProbeTriesTheHeapThatJoinsAndNoOther() {
    Picky probe = new Picky();
    Device picky = broker.register(DeviceSpec.builder("picky").probe(probe).build());
    assertEquals(List.of("other", "other"), probe.offered);
    nodes.finds(late);
    broker.rescan();
    assertEquals(List.of("other", "other", "late"), probe.offered);
    assertEquals(3, picky.findings().size());
    assertEquals(List.of("late"), List.copyOf(picky.constraints().forbiddenHeaps()));
    system.refuse(HeapException.Kind.FULL);
    cma.refuse(HeapException.Kind.FULL);
    Attachment in = export().attach(picky);
    assertThrows(dev.dmabroker.AllocationException.class, () -> in.map(Access.WRITE));
    nodes.finds();
    broker.rescan();
    assertEquals(2, picky.findings().size());
    assertEquals(List.of(), List.copyOf(picky.constraints().forbiddenHeaps()));
  }

  /** Its probe did not see the heap, as it was not there yet. */
  @Test
  void aDeviceThatIsRegisteredWhileAHeapJoinsTriesIt() {
    Picky probe = new Picky();
    probe.onImport =
        () -> {
          probe.onImport = () -> {};
          nodes.finds(late);
          broker.rescan();
        };
    Device picky = broker.register(DeviceSpec.builder("picky").probe(probe).build());
    assertEquals(List.of("other", "other", "late"), probe.offered);
    assertEquals(
        List.of("system", "cma", "late"),
        picky.findings().stream().map(Device.Finding::heap).toList());
  }

  /** The rescan has asked all devices that were there, and another is there when it is done. */
  @Test
  void aHeapThatJoinsWhileADeviceIsRegisteredIsTriedByIt() {
    Picky first = new Picky();
    Picky other = new Picky();
    Device unused = broker.register(DeviceSpec.builder("first").probe(first).build());
    Device[] registered = new Device[1];
    first.onImport =
        () -> {
          first.onImport = () -> {};
          registered[0] = broker.register(DeviceSpec.builder("other").probe(other).build());
        };
    nodes.finds(late);
    broker.rescan();
    assertEquals(3, other.offered.size());
    assertEquals(3, registered[0].findings().size());
  }

  // ---- Several that rescan ----

  @Test
  void aSecondRescanWaitsForTheFirstAndIsARescanOfItsOwn() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    nodes.onAsk =
        () -> {
          nodes.onAsk = () -> {};
          inside.countDown();
          dev.dmabroker.testing.Await.latch(goOn);
        };
    var first = start(() -> broker.rescan());
    dev.dmabroker.testing.Await.latch(inside);
    var second = start(() -> broker.rescan()).parked();
    nodes.finds(late);
    goOn.countDown();
    assertEquals(List.of("late"), first.result().joined());
    assertTrue(second.result().isEmpty());
    assertEquals(3, nodes.asked.get());
  }

  @Test
  void whatWaitsForARescanEndsWithAnInterruptAndWithTheBroker() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    nodes.onAsk =
        () -> {
          inside.countDown();
          dev.dmabroker.testing.Await.latch(goOn);
        };
    var first = start(() -> broker.rescan());
    dev.dmabroker.testing.Await.latch(inside);
    var second = start(() -> broker.rescan()).parked();
    second.thread().interrupt();
    assertThrows(WaitInterruptedException.class, second::result);
    var third = start(() -> broker.rescan()).parked();
    broker.close();
    assertThrows(ClosedException.class, third::result);
    StubHeap found = StubHeap.named("found");
    nodes.finds(found);
    goOn.countDown();
    assertThrows(ClosedException.class, first::result);
    assertEquals(1, found.timesClosed());
  }

  // ---- While buffers are used ----

  @Test
  void heapsComeAndGoWhileBuffersAreMappedAndMoved() throws Exception {
    var coming =
        start(
            () -> {
              for (int i = 0; i < 50; i++) {
                nodes.finds(new ScriptedHeap("late", ScriptedHeap.cma().traits()));
                broker.rescan();
                nodes.finds();
                broker.rescan();
              }
              return null;
            });
    Device display = broker.register("display", CONTIGUOUS);
    int rounds = 0;
    while (!coming.task().isDone() || rounds < 10) {
      SharedBuffer buffer = export();
      Attachment in = buffer.attach(camera);
      write(in, rounds);
      try (Attachment out = buffer.attach(display)) {
        assertEquals(rounds, read(out));
      } catch (UnsatisfiableException e) {
        throw new AssertionError("cma was there all the time", e);
      }
      in.close();
      buffer.close();
      rounds++;
    }
    coming.result();
    assertEquals(2, broker.snapshot().heaps().size());
  }
}
