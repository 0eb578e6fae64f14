package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapProvider.Open;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class NumaNodesTest {

  @Test
  void theKernelsListIsUnderstood() {
    assertArrayEquals(new int[] {0}, NumaNodes.parse("0\n"));
    assertArrayEquals(new int[] {0, 1, 2, 5}, NumaNodes.parse("0-2,5\n"));
    assertArrayEquals(new int[0], NumaNodes.parse("\n"));
    assertThrows(NumberFormatException.class, () -> NumaNodes.parse("0-x"));
  }

  @Test
  void memoryIsAskedOfANodeThatIsThere() throws Exception {
    Assumptions.assumeTrue(NumaNodes.withMemory().length > 0, "needs a kernel with CONFIG_NUMA");
    int node = NumaNodes.withMemory()[0];
    try {
      LinuxBacking backing = MemfdSource.ordinary("memfd").at(node).allocate("here", 1 << 20);
      backing.bytes(0, 1 << 20).put(5, (byte) 1);
      backing.release();
    } catch (HeapException e) {
      // A container may forbid it.
      Assumptions.abort("mbind is refused here: " + e.getMessage());
    }
  }

  @Test
  void aNodeThatIsNotThereIsRefusedAndNothingIsLeft() throws Exception {
    int before = OwnProcess.memoryDescriptors();
    for (int node : new int[] {62, 63, 1000}) {
      HeapException refusal =
          assertThrows(
              HeapException.class,
              () -> MemfdSource.ordinary("memfd").at(node).allocate("nowhere", 1 << 20));
      assertTrue(String.valueOf(refusal.getMessage()).contains("node " + node));
    }
    assertEquals(before, OwnProcess.memoryDescriptors());
  }

  @Test
  void eachNodeHasAHeap() {
    Assumptions.assumeTrue(NumaNodes.withMemory().length > 0, "needs a kernel with CONFIG_NUMA");
    int node = NumaNodes.withMemory()[0];
    // The same node twice, as most machines have one.
    List<Open> open =
        new NumaProvider(new int[] {node, node})
            .discover().stream()
                .filter(Open.class::isInstance)
                .map(Open.class::cast)
                .filter(each -> each.heap().name().equals("memfd-node" + node))
                .toList();
    Assumptions.assumeFalse(open.isEmpty(), "mbind is refused here");
    open.forEach(each -> assertTrue(each.heap().traits().numaNode().is(node)));
    open.forEach(each -> each.heap().close());
  }
}
