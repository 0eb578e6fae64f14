package dev.dmabroker.remote;

import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider.Finding;
import dev.dmabroker.spi.HeapProvider.Open;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The heaps of a test's service, first a scattered and then a contiguous one: the kernel's in the
 * lab, and models elsewhere.
 */
final class TestHeaps {
  /** Lines of dma-bufs begin with their size, in eight digits. */
  private static final String OBJECT = "^\\d{8}\\s.*";

  private static final Path KERNELS_LIST = Path.of("/sys/kernel/debug/dma_buf/bufinfo");
  private static final boolean ARE_REAL =
      "1".equals(System.getenv("LAB")) && Files.isReadable(KERNELS_LIST);

  private TestHeaps() {}

  /** Gives a broker both. */
  static BrokerBuilder addTo(BrokerBuilder broker) {
    return ARE_REAL
        ? broker.heap(real("system")).heap(real("cma"))
        : broker
            .heap(ModelledHeap.builder("system").build())
            .heap(ModelledHeap.builder("cma").contiguous(true).build());
  }

  private static Heap real(String name) {
    Heap found = null;
    for (Finding finding : Heaps.dmaHeaps().discover()) {
      if (finding instanceof Open open) {
        Heap heap = open.heap();
        if (found == null && (heap.name().equals(name) || heap.aliases().contains(name))) {
          found = heap;
        } else {
          heap.close();
        }
      }
    }
    if (found == null) {
      throw new AssertionError("the lab has no heap " + name);
    }
    return found;
  }

  /** The sizes of all dma-bufs that there are on this machine; empty where the heaps are models. */
  static List<String> dmaBufs() {
    if (!ARE_REAL) {
      return List.of();
    }
    try (Stream<String> lines = Files.lines(KERNELS_LIST)) {
      return lines
          .filter(line -> line.matches(OBJECT))
          .map(line -> line.substring(0, 8))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
