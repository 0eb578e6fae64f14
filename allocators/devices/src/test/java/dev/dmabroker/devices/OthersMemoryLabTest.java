package dev.dmabroker.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.Plan;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.heuristics.FirstFit;
import dev.dmabroker.heuristics.Pressure;
import dev.dmabroker.metrics.BrokerHealth;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Another process takes contiguous memory away: headroom falls, placement and health follow. */
class OthersMemoryLabTest {
  private static final int MIB = 1 << 20;
  private static final BlobSpec FRAME = BlobSpec.of(4 * MIB);

  @BeforeEach
  void lab() {
    assumeTrue(
        "1".equals(System.getenv("LAB")) && Files.exists(Path.of("/dev/dma_heap", DmaHeap.CMA)),
        "needs a CMA heap that no other program uses; run samples/kernel-lab/test");
  }

  /** Starts a process that takes so many buffers of 4 MiB. */
  private static Process takeAway(int count) throws Exception {
    Process taker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                MemoryTaker.class.getName(),
                DmaHeap.CMA,
                Integer.toString(count),
                Integer.toString(4 * MIB))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader said =
        new BufferedReader(new InputStreamReader(taker.getInputStream(), StandardCharsets.UTF_8));
    for (String line = said.readLine(); !"taken".equals(line); line = said.readLine()) {
      assertTrue(line != null, "the other program ended");
    }
    return taker;
  }

  private static HeapState cma(Broker broker) {
    return broker.snapshot().heaps().stream()
        .filter(heap -> heap.name().equals(DmaHeap.CMA))
        .findFirst()
        .orElseThrow();
  }

  /** The bytes that are left as the broker knows it. */
  private static long headroom(Broker broker) {
    HeapState heap = cma(broker);
    return heap.traits().capacityBytes().or(0L) - heap.usedBytes() - heap.othersBytes();
  }

  private static String report(String when, Broker broker) {
    return "%-28s headroom %3d MiB, others %3d MiB, health %s"
        .formatted(
            when,
            headroom(broker) / MIB,
            cma(broker).othersBytes() / MIB,
            BrokerHealth.of(broker.snapshot()));
  }

  @Test
  void whatAnotherProcessTakesIsSeenBeforeARefusal() throws Exception {
    try (Broker broker =
        Broker.builder()
            .heaps(Heaps.dmaHeaps())
            .heuristic(new Pressure(new FirstFit(), 0.8, 10))
            .watchMemory(Duration.ofMillis(50))
            .build()) {
      Device camera = broker.register("camera", Constraints.none());
      Device strict = broker.register("display", Constraints.builder().contiguous().build());
      long before = headroom(broker);
      assertEquals(DmaHeap.CMA, first(broker, camera));
      System.out.println(report("nobody else takes memory:", broker));

      // From 90 % of the capacity on, health is degraded.
      int count = (int) (before * 95 / 100 / (4 * MIB));
      Process taker = takeAway(count);
      try {
        Await.until(
            "the headroom falls",
            Await.EMULATED,
            () -> headroom(broker) <= before - (long) count * 4 * MIB / 2);
        Await.until(
            "health says so",
            Await.EMULATED,
            () -> BrokerHealth.of(broker.snapshot()).toString().contains("other programs have"));
        System.out.println(report("another process took " + 4 * count + " MiB:", broker));
        assertEquals(
            DmaHeap.SYSTEM, first(broker, camera), "what need not lie there goes elsewhere");
        Attachment in = broker.export("frame", FRAME).attach(camera);
        try (Mapping mapping = in.map(Access.WRITE)) {
          assertEquals(DmaHeap.SYSTEM, mapping.heapName());
        }
        assertEquals(DmaHeap.CMA, first(broker, strict), "what is left is for those that need it");
        Attachment out = broker.export("shown", FRAME).attach(strict);
        try (Mapping mapping = out.map(Access.READ)) {
          assertEquals(DmaHeap.CMA, mapping.heapName());
        }
      } finally {
        taker.getOutputStream().close();
        assertEquals(0, taker.waitFor());
      }
      Await.until(
          "the headroom is back", Await.EMULATED, () -> headroom(broker) >= before - 16L * MIB);
      System.out.println(report("the other process ended:", broker));
      assertEquals(DmaHeap.CMA, first(broker, camera));
    }
  }

  /** The heap that a plan tries first. */
  private static String first(Broker broker, Device device) {
    Plan plan = broker.plan(FRAME, List.of(device));
    return plan.placements().get(0).heap();
  }
}
