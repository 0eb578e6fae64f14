package dev.dmabroker.scenario;

import static dev.dmabroker.testing.Fixture.CONTIGUOUS;
import static dev.dmabroker.testing.Fixture.assertSays;
import static dev.dmabroker.testing.Fixture.read;
import static dev.dmabroker.testing.Fixture.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapProvider.Closed;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedProvider;
import dev.dmabroker.testing.SnapshotInvariants;
import dev.dmabroker.testing.StubHeap;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Heaps that join the broker while it runs, and heaps that vanish. */
class LateHeapTest {
  private static final long SIZE = 64 * 1024;

  private final ScriptedHeap system = ScriptedHeap.system();
  private final ScriptedHeap cma = ScriptedHeap.cma();
  private final ScriptedProvider nodes = new ScriptedProvider("nodes").finds(system);
  private final List<HeapsChanged> told = new CopyOnWriteArrayList<>();
  private Broker broker = builder().build();

  private BrokerBuilder builder() {
    return Broker.builder()
        .heaps(nodes)
        .heuristic(new InOrder())
        .leakTracking(LeakTracking.NEVER) // Tests drop what they do not need any more.
        .listener(
            new BrokerListener() {
              @Override
              public void heapsChanged(HeapsChanged event) {
                told.add(event);
              }
            },
            Delivery.IN_PLACE);
  }

  @AfterEach
  void end() {
    SnapshotInvariants.check(broker.snapshot());
    broker.close();
  }

  private SharedBuffer export() {
    return broker.export(BlobSpec.of(SIZE));
  }

  private List<String> heaps() {
    return broker.snapshot().heaps().stream().map(BrokerSnapshot.HeapState::name).toList();
  }

  private BrokerSnapshot.HeapState state(String heap) {
    return broker.snapshot().heaps().stream()
        .filter(each -> each.name().equals(heap))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> names(List<Closed> heaps) {
    return heaps.stream().map(Closed::heap).toList();
  }

  // ---- Joining ----

  @Test
  void whatWasRefusedBeforeAHeapJoinedSucceedsAfter() {
    SharedBuffer buffer = export();
    Device display = broker.register("display", CONTIGUOUS);
    assertThrows(UnsatisfiableException.class, () -> buffer.attach(display));
    nodes.finds(system, cma);
    HeapsChanged change = broker.rescan();
    assertEquals(List.of("cma"), change.joined());
    assertEquals(List.of(change), told);
    Attachment out = buffer.attach(display);
    write(out, 5);
    assertEquals(5, read(out));
    assertEquals(SIZE, state("cma").usedBytes());
  }

  @Test
  void aBufferThatNeedsNoMoveStays() {
    nodes.finds(cma);
    broker.rescan();
    Attachment in = export().attach(broker.register("camera", Constraints.none()));
    write(in, 5);
    nodes.finds(system, cma);
    broker.rescan();
    try (Mapping mapping = in.map(Access.READ)) {
      assertEquals("cma", mapping.heapName());
      assertEquals(1, mapping.generation());
    }
  }

  @Test
  void anUnknownNameBecomesKnown() {
    Device named = broker.register("named", Constraints.builder().permittedHeaps("late").build());
    SharedBuffer buffer = export();
    assertSays(
        assertThrows(UnsatisfiableException.class, () -> buffer.attach(named)),
        "no heap of the broker is called so");
    ScriptedHeap late = new ScriptedHeap("late", ScriptedHeap.ordinary().build());
    nodes.finds(late, system);
    broker.rescan();
    write(buffer.attach(named), 5);
    assertEquals(SIZE, state("late").usedBytes());
    assertTrue(broker.plan(BlobSpec.of(1), List.of(named)).notes().isEmpty());
  }

  @Test
  void theOrderIsThatOfABrokerThatFoundAllFromTheStart() {
    ScriptedProvider last = new ScriptedProvider("last").finds(StubHeap.named("z"));
    broker.close();
    broker = builder().heaps(last).build();
    StubHeap a = StubHeap.named("a");
    nodes.finds(a, system, cma);
    last.finds(StubHeap.named("y"), new HeapProvider.Open(StubHeap.named("x")));
    broker.rescan();
    assertEquals(List.of("a", "system", "cma", "y", "x"), heaps());
    assertEquals(
        List.of("a", "system", "cma", "y", "x"),
        broker
            .plan(BlobSpec.of(1), List.of(broker.register("any", Constraints.none())))
            .placements()
            .stream()
            .map(each -> each.heap())
            .toList());
  }

  @Test
  void aHeapThatIsThereStillIsTheSameAndNothingIsTold() {
    write(export().attach(broker.register("camera", Constraints.none())), 5);
    assertTrue(broker.rescan().isEmpty());
    assertTrue(broker.rescan().isEmpty());
    assertEquals(List.of(), told);
    assertEquals(SIZE, state("system").usedBytes());
    assertEquals(3, nodes.asked.get());
  }

  /** As providers do that do not know of heaps that come late. */
  @Test
  void aProviderThatOnlyDiscoversKeepsHeapsByName() {
    List<StubHeap> made = new ArrayList<>();
    List<String> found = new CopyOnWriteArrayList<>(List.of("one", "two"));
    HeapProvider plain =
        new HeapProvider() {
          @Override
          public String name() {
            return "plain";
          }

          @Override
          public List<Finding> discover() {
            List<Finding> findings = new ArrayList<>();
            for (String heap : found) {
              made.add(StubHeap.named(heap));
              findings.add(new Open(made.get(made.size() - 1)));
            }
            return findings;
          }
        };
    broker.close();
    broker = builder().heaps(plain).build();
    found.add(0, "zero");
    found.remove("two");
    HeapsChanged change = broker.rescan();
    assertEquals(List.of("zero"), change.joined());
    assertEquals(List.of("two"), names(change.vanished()));
    assertEquals(
        List.of(0, 1, 0, 1), made.stream().map(StubHeap::timesClosed).toList(), "one, two, again");
    assertEquals(List.of("system", "zero", "one"), heaps());
  }

  @Test
  void aNodeThatDidNotOpenJoinsOnceItDoes() {
    Closed denied = new Closed("cma", Closed.Kind.NO_PERMISSION, "EACCES", "join video");
    nodes.finds(system, denied);
    assertEquals(List.of(denied), broker.rescan().refused());
    assertTrue(broker.rescan().isEmpty(), "it is told once");
    assertTrue(broker.snapshot().closedHeaps().contains(denied));
    nodes.finds(system, cma);
    assertEquals(List.of("cma"), broker.rescan().joined());
    assertEquals(List.of(), broker.snapshot().closedHeaps());
  }

  @Test
  void aHeapWithATakenNameIsClosedAndHarmsNothing() {
    StubHeap rival = StubHeap.named("rival", "system");
    nodes.finds(system, rival);
    HeapsChanged change = broker.rescan();
    assertEquals(List.of(), change.joined());
    assertSays(new Exception(change.refused().toString()), "rival", "both go by system");
    assertEquals(1, rival.timesClosed());
    write(export().attach(broker.register("camera", Constraints.none())), 5);
  }

  @Test
  void aHeapThatIsFoundTwiceJoinsOnce() {
    nodes.finds(system, cma, cma, system);
    assertEquals(List.of("cma"), broker.rescan().joined());
    assertEquals(List.of("system", "cma"), heaps());
    assertEquals(0, cma.timesClosed());
  }

  @Test
  void aProviderThatThrowsKeepsItsHeaps() {
    nodes.onAsk =
        () -> {
          throw new IllegalStateException("told to");
        };
    HeapsChanged change = broker.rescan();
    assertEquals(List.of("nodes"), names(change.refused()));
    assertEquals(List.of(), change.vanished());
    assertTrue(broker.rescan().isEmpty());
    write(export().attach(broker.register("camera", Constraints.none())), 5);
  }

  @Test
  void aFallbackIsAskedOnceTheLastHeapToImportHasVanished() {
    ScriptedProvider standIn = new ScriptedProvider("stand-in").finds(cma);
    broker.close();
    broker =
        builder()
            .heaps(
                new HeapProvider() {
                  @Override
                  public String name() {
                    return "stand-in";
                  }

                  @Override
                  public boolean fallback() {
                    return true;
                  }

                  @Override
                  public List<Finding> discover() {
                    return standIn.discover();
                  }

                  @Override
                  public List<Finding> rediscover(List<Heap> present) {
                    return standIn.discover();
                  }
                })
            .build();
    assertTrue(broker.rescan().isEmpty());
    assertEquals(0, standIn.asked.get());
    nodes.finds();
    assertEquals(List.of("cma"), broker.rescan().joined());
    nodes.finds(ScriptedHeap.system());
    broker.rescan();
    assertEquals(List.of("system", "cma"), heaps(), "it stays, as there may be buffers in it");
  }

  // ---- Vanishing ----

  @Test
  void whatLiesInAHeapThatVanishedStaysUsable() {
    Attachment in = export().attach(broker.register("camera", Constraints.none()));
    write(in, 5);
    nodes.finds(cma);
    HeapsChanged change = broker.rescan();
    assertEquals(List.of("system"), names(change.vanished()));
    assertEquals(Closed.Kind.VANISHED, change.vanished().get(0).kind());
    assertEquals(5, read(in));
    write(in, 6);
    assertEquals(6, read(in));
    BrokerSnapshot.HeapState left = state("system");
    assertEquals(SIZE, left.usedBytes());
    assertSays(new Exception(left.vanished().orElseThrow()), "nodes");
    assertEquals(List.of("cma", "system"), heaps());
    assertEquals(0, system.timesClosed());
    try (Mapping mapping =
        export().attach(broker.register("late", Constraints.none())).map(Access.WRITE)) {
      assertEquals("cma", mapping.heapName());
    }
  }

  @Test
  void aHeapThatVanishedClosesAfterTheLastMemory() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(broker.register("camera", Constraints.none()));
    write(in, 5);
    nodes.finds(cma);
    broker.rescan();
    in.close();
    buffer.close();
    assertEquals(1, system.timesClosed());
    assertEquals(List.of("cma"), heaps());
    assertEquals(List.of("system"), names(broker.snapshot().closedHeaps()));
  }

  @Test
  void aStricterDeviceMovesABufferOutOfAHeapThatVanished() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(broker.register("camera", Constraints.none()));
    write(in, 5);
    nodes.finds(cma);
    broker.rescan();
    Attachment out = buffer.attach(broker.register("display", CONTIGUOUS));
    assertEquals(5, read(out));
    try (Mapping mapping = in.map(Access.READ)) {
      assertEquals("cma", mapping.heapName());
    }
    Await.until("it is closed", () -> system.timesClosed() == 1);
  }

  @Test
  void refusalsNameTheHeapThatVanished() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(broker.register("camera", Constraints.none()));
    nodes.finds();
    broker.rescan();
    assertSays(
        assertThrows(UnsatisfiableException.class, () -> in.map(Access.WRITE)),
        "system is closed",
        "nodes finds it no more",
        "rescan()");
    nodes.finds(ScriptedHeap.system());
    broker.rescan();
    write(in, 5);
    assertEquals(5, read(in));
  }

  @Test
  void anotherHeapUnderTheNameIsANewHeap() {
    Attachment in = export().attach(broker.register("camera", Constraints.none()));
    write(in, 5);
    ScriptedHeap again = ScriptedHeap.system();
    nodes.finds(again);
    HeapsChanged change = broker.rescan();
    assertEquals(List.of("system"), change.joined());
    assertEquals(List.of("system"), names(change.vanished()));
    assertEquals(List.of(), broker.snapshot().closedHeaps(), "the name is open");
    assertEquals(List.of("system", "system"), heaps());
    assertFalse(state("system").vanished().isPresent(), "the open one comes first");
    assertEquals(5, read(in));
    write(export().attach(broker.register("late", Constraints.none())), 7);
    assertEquals(SIZE, state("system").usedBytes());
  }

  @Test
  void aHeapThatVanishesWhileItIsAskedRefusesAndTheNextIsTried() {
    nodes.finds(system, cma);
    broker.rescan();
    system.onAllocate(
        () -> {
          system.onAllocate(() -> {});
          nodes.finds(cma);
          broker.rescan();
          throw new HeapException(HeapException.Kind.FAILED, "ENODEV");
        });
    Attachment in = export().attach(broker.register("camera", Constraints.none()));
    try (Mapping mapping = in.map(Access.WRITE)) {
      assertEquals("cma", mapping.heapName());
    }
    assertEquals(1, system.timesClosed());
  }

  @Test
  void aHeapThatJoinsWhileTheOthersRefuseIsAskedAsWell() {
    system.onAllocate(
        () -> {
          system.onAllocate(() -> {});
          nodes.finds(system, cma);
          HeapsChanged unused = broker.rescan();
          system.refuse(HeapException.Kind.FULL);
        });
    Attachment in = export().attach(broker.register("camera", Constraints.none()));
    try (Mapping mapping = in.map(Access.WRITE)) {
      assertEquals("cma", mapping.heapName());
    }
  }

  @Test
  void whatAHeapGivesWhileItVanishesIsUsed() {
    system.onAllocate(
        () -> {
          system.onAllocate(() -> {});
          nodes.finds(cma);
          broker.rescan();
        });
    Attachment in = export().attach(broker.register("camera", Constraints.none()));
    write(in, 5);
    assertEquals(5, read(in));
    assertTrue(state("system").vanished().isPresent());
  }

  // ---- Calling it ----

  @Test
  void aProviderMayNotRescan() {
    List<Throwable> thrown = new ArrayList<>();
    nodes.onAsk =
        () -> thrown.add(assertThrows(IllegalStateException.class, () -> broker.rescan()));
    assertTrue(broker.rescan().isEmpty());
    assertSays(thrown.get(0), "look for heaps");
  }

  @Test
  void aBrokerThatClosesMeanwhileClosesWhatWasFound() {
    nodes.finds(system, cma);
    nodes.onAsk = () -> broker.close();
    assertThrows(ClosedException.class, () -> broker.rescan());
    assertEquals(1, cma.timesClosed());
    assertEquals(1, system.timesClosed());
    assertThrows(ClosedException.class, () -> broker.rescan());
  }

  @Test
  void aHeapThatTheApplicationGaveStays() {
    broker.close();
    broker = Broker.builder().heap(ScriptedHeap.system()).heuristic(new InOrder()).build();
    assertTrue(broker.rescan().isEmpty());
    assertEquals(List.of("system"), heaps());
    assertEquals(Set.of(), Set.copyOf(told));
  }

  @Test
  void aFullHeapIsReplacedByOneThatJoins() {
    system.refuse(HeapException.Kind.FULL);
    Attachment in = export().attach(broker.register("camera", Constraints.none()));
    assertThrows(AllocationException.class, () -> in.map(Access.WRITE));
    nodes.finds(system, cma);
    broker.rescan();
    write(in, 5);
    assertEquals(SIZE, state("cma").usedBytes());
  }
}
