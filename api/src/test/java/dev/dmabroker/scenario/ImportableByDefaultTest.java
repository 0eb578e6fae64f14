package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Usage;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Memory that no driver imports goes to devices that say they need no import, and to no others. */
class ImportableByDefaultTest {
  private final ScriptedHeap memfd =
      new ScriptedHeap(
          "memfd",
          ScriptedHeap.ordinary()
              .deviceAccess(Trait.documented(false, "a memfd is no dma-buf"))
              .build());

  private static Broker over(Heap... heaps) {
    BrokerBuilder builder = Broker.builder().heuristic(new InOrder());
    for (Heap heap : heaps) {
      builder.heap(heap);
    }
    return builder.build();
  }

  private static String heapOf(Broker broker, Device device) {
    try (SharedBuffer buffer = broker.export(BlobSpec.of(64));
        Attachment attachment = buffer.attach(device);
        Mapping mapping = attachment.map(Access.WRITE)) {
      return mapping.heapName();
    }
  }

  @Test
  void aSetForADeviceThatSaysNothingLiesInImportableMemoryAlone() {
    BrokerBuilder builder =
        Broker.builder().heuristic(new Alternating()).heap(memfd).heap(ScriptedHeap.system());
    try (Broker broker = builder.build()) {
      Device camera = broker.register("camera", Constraints.none());
      Set<String> heaps = new TreeSet<>();
      for (SharedBuffer buffer : broker.exportSet("frame", BlobSpec.of(64), 6)) {
        try (Attachment attachment = buffer.attach(camera)) {
          buffer.prepare();
          heaps.add(buffer.heapName().orElseThrow());
        }
        buffer.close();
      }
      assertEquals(Set.of("system"), heaps);
    }
  }

  @Test
  void anEncoderIsPlannedIntoImportableMemoryAlone() {
    try (Broker broker = over(memfd, ScriptedHeap.cma())) {
      Device encoder =
          broker.register("encoder", Constraints.builder().usage(Usage.VIDEO_ENCODER).build());
      var candidates = broker.plan(BlobSpec.of(64), List.of(encoder)).placements();
      assertEquals(List.of("cma"), candidates.stream().map(each -> each.heap()).toList());
    }
  }

  @Test
  void aDeviceThatSaysItIsTheCpuTakesAnyMemoryInItsReach() {
    try (Broker broker = over(memfd, ScriptedHeap.cma())) {
      Device parser = broker.register("parser", Constraints.builder().cpuOnly().build());
      assertEquals("memfd", heapOf(broker, parser));
    }
  }

  @Test
  void aRefusalNamesTheWordThatWouldHelp() {
    try (Broker broker = over(memfd)) {
      Device camera = broker.register("camera", Constraints.none());
      UnsatisfiableException failure =
          assertThrows(UnsatisfiableException.class, () -> heapOf(broker, camera));
      Fixture.assertSays(
          failure,
          "memfd: camera's deviceAccess (the device needs memory that drivers import, as it is not"
              + " cpuOnly(); the heap has false (a memfd is no dma-buf))",
          "camera's deviceAccess cannot be met",
          "it would fit if camera's deviceAccess were waived by cpuOnly() (in memfd)");
    }
  }

  /** Ranks the heap first that was ranked last before, as costs that tie may do. */
  private static final class Alternating implements PlacementHeuristic {
    private final List<String> used = new ArrayList<>();

    @Override
    public String name() {
      return "alternating";
    }

    @Override
    public List<Ranked> rank(Request request) {
      List<Ranked> ranked =
          request.heaps().stream()
              .map(HeapLoad::name)
              .sorted(Comparator.comparing(used::lastIndexOf))
              .map(name -> new Ranked(name, 0, "in turn"))
              .toList();
      used.add(ranked.get(0).heap());
      return ranked;
    }
  }
}
