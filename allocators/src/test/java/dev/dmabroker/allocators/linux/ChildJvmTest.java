package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapProvider.Finding;
import dev.dmabroker.spi.HeapProvider.Open;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What could take the JVM down with it, in a JVM of its own. */
class ChildJvmTest {

  private static void requireHeap(String name) {
    boolean found = false;
    for (HeapProvider provider : ServiceLoader.load(HeapProvider.class)) {
      for (Finding finding : provider.discover()) {
        if (finding instanceof Open open) {
          found |= open.heap().name().equals(name) || open.heap().aliases().contains(name);
          open.heap().close();
        }
      }
    }
    Assumptions.assumeTrue(found, "needs the heap " + name + "; run samples/kernel-lab/test");
  }

  @ParameterizedTest
  @ValueSource(strings = {"memfd", "memfd-huge", "system", "cma", "udmabuf"})
  void buffersUsedDuringAndAfterReleaseNeverFault(String heap) throws Exception {
    requireHeap(heap);
    ChildJvm.Result result = ChildJvm.run(List.of(), List.of(), Children.Stale.class, heap);
    assertEquals(0, result.status(), result.output());
  }

  @ParameterizedTest
  @ValueSource(strings = {"memfd", "system", "cma", "udmabuf"})
  void withoutDescriptorsAHeapRefusesAndRecovers(String heap) throws Exception {
    requireHeap(heap);
    List<String> limit = List.of("bash", "-c", "ulimit -n 64; exec \"$0\" \"$@\"");
    ChildJvm.Result result = ChildJvm.run(limit, List.of(), Children.Exhaust.class, heap);
    assertEquals(0, result.status(), result.output());
  }

  @ParameterizedTest
  @ValueSource(strings = "no such heap")
  void aFailingChildIsSeen(String heap) throws Exception {
    ChildJvm.Result result = ChildJvm.run(List.of(), List.of(), Children.Stale.class, heap);
    assertNotEquals(0, result.status());
  }
}
