package dev.dmabroker.allocators.linux;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.Mapping;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapProvider.Closed;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of heaps that come and go in a folder of the test, with drivers that are scripted. */
class LateNodesTest {
  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  private Path folder;

  @SuppressWarnings("NullAway.Init") // before each test
  private ScriptedKernel kernel;

  /** How many nodes in the folder were opened. */
  private final AtomicInteger opened = new AtomicInteger();

  private final ScriptedDrivers drivers = new ScriptedDrivers();

  /** The node that may not be opened; empty if each may. */
  private volatile String denied = "";

  @BeforeEach
  void script() {
    Assumptions.assumeTrue(NativeAccess.problem().isEmpty(), "needs Linux's system calls");
    kernel =
        new ScriptedKernel(
            thread -> true,
            call -> {
              if (call.is("open")) {
                String path = new String(call.bytes(0), java.nio.charset.StandardCharsets.UTF_8);
                if (!denied.isEmpty() && path.contains(denied)) {
                  return ScriptedKernel.failure(Errno.EACCES);
                }
                if (path.startsWith(folder.toString())) {
                  opened.incrementAndGet();
                }
              }
              synchronized (drivers) {
                return call.is("ioctl") || call.is("fstatfs") || call.is("syscall")
                    ? drivers.answer(call)
                    : null;
              }
            });
  }

  @AfterEach
  void end() {
    kernel.close();
  }

  private Path node(String name) throws Exception {
    return Files.createFile(folder.resolve(name));
  }

  private BrokerBuilder builder() {
    return Broker.builder().heaps(new DmaHeapProvider(folder)).heuristic(new InOrder());
  }

  private static List<String> heaps(Broker broker) {
    return broker.snapshot().heaps().stream().map(HeapState::name).toList();
  }

  private static List<String> vanished(HeapsChanged change) {
    return change.vanished().stream().map(Closed::heap).toList();
  }

  @Test
  void aNodeThatComesIsAHeapAndOneThatGoesIsNone() throws Exception {
    try (Broker broker = builder().build()) {
      assertEquals(List.of(), heaps(broker));
      node("vendor");
      assertEquals(List.of("vendor"), broker.rescan().joined());
      node("system");
      assertEquals(List.of("system"), broker.rescan().joined());
      assertEquals(List.of("system", "vendor"), heaps(broker), "in the order of a start");
      assertEquals(2, opened.get(), "each was opened once");
      Files.delete(folder.resolve("vendor"));
      HeapsChanged change = broker.rescan();
      assertEquals(List.of("vendor"), vanished(change));
      assertTrue(change.vanished().get(0).reason().contains("vendor any more"), change.toString());
      assertEquals(List.of("system"), heaps(broker));
      assertTrue(broker.rescan().isEmpty());
      assertEquals(2, opened.get());
    }
  }

  @Test
  void whatLiesBehindANodeThatIsGoneStays() throws Exception {
    node("system");
    try (Broker broker = builder().build();
        Attachment in =
            broker
                .export(BlobSpec.of(4096))
                .attach(broker.register("camera", Constraints.none()))) {
      in.map(Access.WRITE).close();
      Files.delete(folder.resolve("system"));
      assertEquals(List.of("system"), vanished(broker.rescan()));
      try (Mapping mapping = in.map(Access.READ)) {
        assertEquals("system", mapping.heapName());
      }
    }
  }

  @Test
  void aNodeThatWasMadeAnewIsANewHeap() throws Exception {
    node("system");
    try (Broker broker = builder().build()) {
      Path other = node("other");
      Files.move(other, folder.resolve("system"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      HeapsChanged change = broker.rescan();
      assertEquals(List.of("system"), change.joined());
      assertEquals(List.of("system"), vanished(change));
      assertTrue(broker.rescan().isEmpty());
    }
  }

  @Test
  void aNodeThatUdevPermitsLaterJoins() throws Exception {
    node("system");
    denied = "system";
    try (Broker broker = builder().build()) {
      assertEquals(Closed.Kind.NO_PERMISSION, broker.snapshot().closedHeaps().get(0).kind());
      assertTrue(broker.rescan().isEmpty(), "nothing is new");
      denied = "";
      assertEquals(List.of("system"), broker.rescan().joined());
      assertEquals(List.of(), broker.snapshot().closedHeaps());
      denied = "system";
      assertTrue(broker.rescan().isEmpty(), "what is open stays open");
    }
  }

  @Test
  void anAliasStaysWithTheHeapThatHasIt() throws Exception {
    node("reserved");
    try (Broker broker = builder().build()) {
      node("linux,cma");
      assertEquals(List.of("linux,cma"), broker.rescan().joined());
      assertEquals(
          List.of("reserved"),
          broker.snapshot().heaps().stream()
              .filter(heap -> heap.aliases().contains("cma"))
              .map(HeapState::name)
              .toList());
    }
  }

  @Test
  void aFolderThatIsGoneTakesItsHeapsAlong() throws Exception {
    Path inner = Files.createDirectory(folder.resolve("dma_heap"));
    Files.createFile(inner.resolve("system"));
    try (Broker broker =
        Broker.builder().heaps(new DmaHeapProvider(inner)).heuristic(new InOrder()).build()) {
      Files.delete(inner.resolve("system"));
      Files.delete(inner);
      HeapsChanged change = broker.rescan();
      assertEquals(List.of("system"), vanished(change));
    }
  }

  @Test
  void aBrokerThatWatchesNeedsNotBeTold() throws Exception {
    Path inner = folder.resolve("dma_heap");
    try (Broker broker =
        Broker.builder()
            .heaps(new DmaHeapProvider(inner))
            .heuristic(new InOrder())
            .watchHeaps()
            .build()) {
      Files.createDirectory(inner);
      Files.createFile(inner.resolve("system"));
      Await.until("it joined", EMULATED, () -> heaps(broker).equals(List.of("system")));
      Files.delete(inner.resolve("system"));
      Await.until("it vanished", EMULATED, () -> heaps(broker).isEmpty());
      Files.createFile(inner.resolve("system"));
      Await.until("it joined again", EMULATED, () -> heaps(broker).equals(List.of("system")));
    }
  }

  /** All providers whose heaps have nodes, or none: nothing is opened or tried again. */
  @Test
  void noProviderOpensAgainWhatIsUnchanged() throws Exception {
    node("system");
    node("card0");
    node("video0");
    for (HeapProvider provider :
        List.of(
            new DmaHeapProvider(folder),
            new UdmabufProvider(folder.resolve("system"), KernelVersion.current()),
            new DumbProvider(folder),
            new V4l2Provider(folder),
            new MemfdProvider(),
            new NumaProvider(new int[] {0, 1}))) {
      List<Heap> open = open(provider.discover());
      int before = opened.get();
      assertEquals(open, open(provider.rediscover(open)), provider.name());
      // The queue that a V4L2 node does not have is looked for again.
      int missing = provider instanceof V4l2Provider ? 1 : 0;
      assertEquals(before + missing, opened.get(), provider.name());
      open.forEach(Heap::close);
    }
  }

  private static List<Heap> open(List<HeapProvider.Finding> findings) {
    List<Heap> open = new ArrayList<>();
    for (HeapProvider.Finding finding : findings) {
      if (finding instanceof HeapProvider.Open found) {
        open.add(found.heap());
      }
    }
    return open;
  }
}
