package dev.dmabroker.allocators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A second node of the system heap that comes and goes: real memory behind a name that is late. */
class LabLateHeapTest {
  private static final String LATE = "late";
  private static final Path SYSTEM = Path.of("/dev/dma_heap/system");
  private static final Path NODE = SYSTEM.resolveSibling(LATE);

  @BeforeEach
  void lab() {
    Assumptions.assumeTrue(
        "1".equals(System.getenv("LAB")) && Files.exists(SYSTEM),
        "needs a /dev/dma_heap to make nodes in; run samples/kernel-lab/test");
  }

  @AfterEach
  void remove() throws Exception {
    Files.deleteIfExists(NODE);
  }

  private static void makeNode() throws Exception {
    Process copy =
        new ProcessBuilder("cp", "-a", SYSTEM.toString(), NODE.toString()).inheritIO().start();
    assertEquals(0, copy.waitFor());
  }

  private static Optional<HeapState> late(Broker broker) {
    return broker.snapshot().heaps().stream().filter(heap -> heap.name().equals(LATE)).findFirst();
  }

  @Test
  void aHeapJoinsIsUsedVanishesAndKeepsWhatLiesThere() throws Exception {
    try (Broker broker =
        Broker.builder().heaps(Heaps.dmaHeaps()).heuristic(new InOrder()).watchHeaps().build()) {
      assertEquals(Optional.empty(), late(broker));
      makeNode();
      Await.until("it joined", Await.EMULATED, () -> late(broker).isPresent());
      assertTrue(late(broker).orElseThrow().traits().deviceAccess().is(true));

      SharedBuffer buffer = broker.export(BlobSpec.of(1 << 20));
      Attachment in =
          buffer.attach(
              broker.register(
                  "camera", Constraints.builder().cpuReach().permittedHeaps(LATE).build()));
      try (Mapping mapping = in.map(Access.WRITE);
          CpuView view = mapping.cpuView()) {
        assertEquals(LATE, mapping.heapName());
        view.bytes().putLong(0, 7);
      }
      Files.delete(NODE);
      Await.until(
          "it vanished", Await.EMULATED, () -> late(broker).orElseThrow().vanished().isPresent());
      try (Mapping mapping = in.map(Access.READ);
          CpuView view = mapping.cpuView()) {
        assertEquals(7, view.bytes().getLong(0));
      }
      in.close();
      buffer.close();
      Await.until("it is gone", Await.EMULATED, () -> late(broker).isEmpty());

      makeNode();
      Await.until("it joined again", Await.EMULATED, () -> late(broker).isPresent());
    }
  }
}
