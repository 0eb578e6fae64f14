package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Throwables;
import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.CpuView;
import dev.dmabroker.DescriptorException;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.FenceException;
import dev.dmabroker.FixedView;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.Plan;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.Subscription;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.Hostile;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever an extension throws at any border between it and the broker, the call ends with the
 * exception that it documents, no buffer is stuck, and no memory is lost.
 */
class HostileExtensionsTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final Hostile hostile = new Hostile();
  private final List<SharedBuffer> buffers = new ArrayList<>();
  private final ScriptedHeap system = ScriptedHeap.system();
  private final ScriptedHeap cma = ScriptedHeap.cma();
  private final Broker broker = build(system, cma);
  private final Attachment camera = attached(broker);
  private int devices;

  /** The kinds of throwables, also the one that no method of an extension declares. */
  private enum Kind {
    CHECKED,
    UNCHECKED,
    ASSERTION,
    STACK,
    MEMORY,
    LINKAGE;

    Throwable make() {
      return switch (this) {
        case CHECKED -> new IOException("hostile");
        case UNCHECKED -> new IllegalStateException("hostile");
        case ASSERTION -> new AssertionError("hostile");
        case STACK -> new StackOverflowError("hostile");
        case MEMORY -> new OutOfMemoryError("hostile");
        case LINKAGE -> new NoClassDefFoundError("hostile");
      };
    }
  }

  /** What an application does that makes the broker call an extension. */
  private interface Deed {
    void run(HostileExtensionsTest test) throws Exception;
  }

  /** A method of an extension, what reaches it, and the exception of that; null if none. */
  private record Border(String method, @Nullable Class<? extends Throwable> thrown, Deed deed) {
    @Override
    public String toString() {
      return method;
    }
  }

  private static final Deed FIRST_MAP = test -> test.fresh().map(Access.WRITE).close();
  private static final Deed MOVE = test -> Fixture.read(test.strict(test.camera.buffer()));
  private static final Deed FIXED = test -> test.fixed(view -> {});
  private static final Deed BUILD = HostileExtensionsTest::build;
  private static final Deed SNAPSHOT = test -> test.broker.snapshot();
  private static final Deed CLOSE = test -> test.broker.close();
  private static final Deed ADOPT = HostileExtensionsTest::adopt;
  private static final Deed REGISTER = HostileExtensionsTest::register;
  private static final Deed FENCE = mapped(mapping -> mapping.closeAfter(new SyncFile(7)));

  private static final List<Border> BORDERS =
      List.of(
          new Border("Heap.name", IllegalStateException.class, BUILD),
          new Border("Heap.aliases", IllegalStateException.class, BUILD),
          new Border("Heap.type", IllegalStateException.class, BUILD),
          new Border("Heap.traits", IllegalStateException.class, BUILD),
          new Border("Heap.allocate", AllocationException.class, FIRST_MAP),
          new Border("Heap.allocate", MoveFailedException.class, MOVE),
          new Border("Heap.allocate", AllocationException.class, HostileExtensionsTest::stream),
          new Border("Heap.lingering", null, SNAPSHOT),
          new Border("Heap.leftBytes", null, BUILD),
          new Border("PressureGauge.look", null, BUILD),
          new Border("Heap.close", null, CLOSE),
          new Border("Backing.sizeBytes", AllocationException.class, FIRST_MAP),
          new Border("Backing.sizeBytes", MoveFailedException.class, MOVE),
          new Border("Backing.fd", DescriptorException.class, mapped(mapping -> mapping.fd())),
          new Border(
              "Backing.dupFd", DescriptorException.class, mapped(mapping -> mapping.dupFd())),
          new Border("Backing.bytes", CpuAccessException.class, viewed(view -> view.bytes())),
          new Border("Backing.bytes", MoveFailedException.class, MOVE),
          new Border("Backing.beginCpuAccess", CpuAccessException.class, viewed(view -> {})),
          new Border("Backing.beginCpuAccess", MoveFailedException.class, MOVE),
          new Border("Backing.endCpuAccess", CpuAccessException.class, viewed(view -> {})),
          new Border("Backing.endCpuAccess", MoveFailedException.class, MOVE),
          new Border("Backing.pendingFence", MoveFailedException.class, MOVE),
          new Border("Backing.reserve", CpuAccessException.class, FIXED),
          new Border("FixedAddresses.show", CpuAccessException.class, FIXED),
          new Border("FixedAddresses.bytes", CpuAccessException.class, FIXED),
          new Border("FixedAddresses.hide", null, FIXED),
          new Border("FixedAddresses.hide", null, HostileExtensionsTest::fixedAndMove),
          new Border("Backing.identity", AllocationException.class, ADOPT),
          new Border("Backing.release", null, MOVE),
          new Border("Backing.release", null, CLOSE),
          new Border("ForeignMemory.name", AllocationException.class, ADOPT),
          new Border("ForeignMemory.type", AllocationException.class, ADOPT),
          new Border("ForeignMemory.traits", AllocationException.class, ADOPT),
          new Border("ForeignMemory.movable", AllocationException.class, ADOPT),
          new Border("ForeignMemory.open", AllocationException.class, ADOPT),
          new Border("HeapProvider.fallback", null, BUILD),
          new Border("HeapProvider.discover", null, BUILD),
          new Border("HeapProvider.*", null, BUILD),
          new Border("PlacementHeuristic.name", IllegalStateException.class, BUILD),
          new Border("PlacementHeuristic.rank", null, FIRST_MAP),
          new Border("PlacementHeuristic.rank", null, MOVE),
          new Border("PlacementHeuristic.*", null, FIRST_MAP),
          new Border("Ranked.why", null, HostileExtensionsTest::plan),
          new Border("PlacementHeuristic.evict", null, HostileExtensionsTest::makeRoom),
          new Border("Mover.prepare", MoveFailedException.class, MOVE),
          new Border("Mover.copy", MoveFailedException.class, MOVE),
          new Border("Mover.copy", CpuAccessException.class, HostileExtensionsTest::shadow),
          new Border("DeviceProbe.*", null, REGISTER),
          new Border("DeviceProbe.sample", null, REGISTER),
          new Border("DeviceProbe.tryImport", null, REGISTER),
          new Border("DeviceProbe.close", null, REGISTER),
          new Border("FencePoller.watch", FenceException.class, FENCE),
          new Border("FencePoller.pending", null, SNAPSHOT),
          new Border("FencePoller.trouble", null, SNAPSHOT),
          new Border("FencePoller.close", null, CLOSE),
          new Border("BrokerListener.allocated", null, FIRST_MAP),
          new Border("Attachment.onMove", null, HostileExtensionsTest::moveAndTell),
          new Border("Executor.execute", null, HostileExtensionsTest::mapAsync),
          new Border("Executor.after", null, HostileExtensionsTest::mapAsync));

  static Stream<Arguments> faults() {
    return BORDERS.stream()
        .flatMap(border -> Arrays.stream(Kind.values()).map(kind -> Arguments.of(border, kind)));
  }

  @ParameterizedTest(name = "{1} from {0}")
  @MethodSource("faults")
  void endsAsDocumentedAndLeavesNothingBehind(Border border, Kind kind) throws Exception {
    Throwable what = kind.make();
    hostile.throwAt(border.method(), what);
    if (border.thrown() == null) {
      border.deed().run(this);
    } else {
      Throwable thrown = assertThrows(border.thrown(), () -> border.deed().run(this));
      assertTrue(Throwables.getCausalChain(thrown).contains(what), () -> "lacks the cause");
    }
    Await.until("called", () -> hostile.timesThrown() > 0);
    hostile.behave();
    if (!broker.snapshot().closed()) {
      everyBufferIsOfUse();
    }
    broker.close();
    // Workers may still give back memory that buffers have left.
    Await.until("the heaps are closed", () -> system.timesClosed() + cma.timesClosed() == 2);
    assertEquals(0, system.live() + cma.live(), "memory that is left");
    for (var heap : broker.snapshot().heaps()) {
      assertEquals(List.of(0, 0L), List.of(heap.backings(), heap.usedBytes()), heap.name());
    }
  }

  private void everyBufferIsOfUse() {
    assertEquals(7, Fixture.read(camera));
    for (SharedBuffer buffer : buffers) {
      Attachment strict = strict(buffer);
      Fixture.write(strict, 9);
      assertEquals(9, Fixture.read(strict));
      strict.close();
      buffer.close();
    }
  }

  // ---- The world ----

  private static Attachment attached(Broker broker) {
    Attachment attachment =
        broker
            .export("frame", BlobSpec.of(Fixture.SIZE))
            .attach(broker.register("camera", Constraints.none()));
    Fixture.write(attachment, 7);
    return attachment;
  }

  private Broker build(ScriptedHeap scattered, ScriptedHeap contiguous) {
    return Broker.builder()
        .heap(hostile.heap(scattered))
        .heap(hostile.heap(contiguous))
        .heaps(hostile.provider())
        .heuristic(hostile.heuristic())
        .mover(hostile.mover())
        .fencePoller(hostile.poller())
        .pressureGauge(hostile.gauge())
        .watchMemory(Duration.ofHours(1))
        .listener(hostile.listener())
        .callbackExecutor(hostile.executor())
        .leakTracking(LeakTracking.NEVER)
        .moveRetries(Duration.ofMillis(1), 2)
        .closeTimeout(SOON)
        .build();
  }

  /** Puts one more broker together, over heaps of its own. */
  private void build() {
    ScriptedHeap scattered = ScriptedHeap.system();
    ScriptedHeap contiguous = ScriptedHeap.cma();
    try {
      build(scattered, contiguous).close();
    } finally {
      assertEquals(List.of(1, 1), List.of(scattered.timesClosed(), contiguous.timesClosed()));
    }
  }

  private Attachment fresh() {
    SharedBuffer buffer = broker.export(BlobSpec.of(Fixture.SIZE));
    buffers.add(buffer);
    return buffer.attach(broker.register("device of " + buffer.name(), Constraints.none()));
  }

  private Attachment strict(SharedBuffer buffer) {
    return buffer.attach(broker.register("strict-" + devices++, Fixture.CONTIGUOUS));
  }

  // ---- Deeds ----

  private static Deed mapped(Consumer<Mapping> use) {
    return test -> {
      try (Mapping mapping = test.camera.map(Access.READ)) {
        use.accept(mapping);
      }
    };
  }

  private static Deed viewed(Consumer<CpuView> use) {
    return mapped(
        mapping -> {
          try (CpuView view = mapping.cpuView()) {
            use.accept(view);
          }
        });
  }

  private void fixed(Consumer<FixedView> then) {
    try (FixedView view = camera.fixedView((int) Fixture.SIZE)) {
      try (FixedView.Use use = view.begin(Access.READ)) {
        assertEquals(7, use.bytes().getLong(0));
      }
      then.accept(view);
    }
  }

  /** The memory is given back though the addresses do not let go of it. */
  private void fixedAndMove() {
    fixed(
        view -> {
          Fixture.read(strict(camera.buffer()));
          try (FixedView.Use use = view.begin(Access.READ)) {
            assertEquals(7, use.bytes().getLong(0));
          }
        });
  }

  private void stream() {
    StreamSpec spec =
        StreamSpec.of(
            "video", BlobSpec.of(Fixture.SIZE), broker.register("producer", Constraints.none()));
    try (BufferStream stream = broker.stream(spec)) {
      stream.start();
    }
  }

  /** Adopts memory that moves, and lets go of it. */
  private void adopt() {
    ScriptedMemory memory =
        new ScriptedMemory(
            ScriptedHeap.ordinary().build(), /* movable= */ true, Fixture.SIZE, "inode 7");
    try {
      broker.adopt("adopted", BlobSpec.of(Fixture.SIZE), hostile.foreign(memory)).close();
    } finally {
      assertEquals(0, memory.heap.live(), "memory that was adopted");
    }
  }

  /** Copies between memory that stays and its shadow. */
  private void shadow() {
    ScriptedMemory memory =
        new ScriptedMemory(
            ScriptedHeap.ordinary().build(), /* movable= */ false, Fixture.SIZE, "inode 8");
    try (SharedBuffer original = broker.adopt("import", BlobSpec.of(Fixture.SIZE), memory);
        Shadow shadow = broker.shadow(original)) {
      shadow.refresh(SOON);
    }
  }

  private void register() {
    broker.register(DeviceSpec.builder("probed").probe(hostile.probe()).build());
  }

  private void plan() {
    Plan plan = broker.plan(BlobSpec.of(Fixture.SIZE), List.of(camera.device()));
    assertTrue(plan.toString().contains("hostile"), plan::toString);
  }

  /** Asks for room in heaps that are full. */
  private void makeRoom() {
    system.capacity(0);
    cma.capacity(0);
    assertThrows(AllocationException.class, () -> fresh().map(Access.WRITE));
    system.capacity(Long.MAX_VALUE);
    cma.capacity(Long.MAX_VALUE);
  }

  private void moveAndTell() throws Exception {
    Subscription unused = camera.onMove(hostile.moveListener());
    MOVE.run(this);
  }

  private void mapAsync() throws Exception {
    fresh().mapAsync(Access.WRITE).get(20, TimeUnit.SECONDS).close();
  }
}
