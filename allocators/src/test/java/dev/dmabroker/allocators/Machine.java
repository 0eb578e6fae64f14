package dev.dmabroker.allocators;

import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapProvider.Closed;
import dev.dmabroker.spi.HeapProvider.Finding;
import dev.dmabroker.spi.HeapProvider.Open;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Finds the machine's heaps for tests. */
final class Machine {

  private static final String LAB = "; run samples/kernel-lab/test";

  private Machine() {}

  /** The provider's heap of this name; skips the test where there is none. */
  static Heap open(HeapProvider provider, String name, String needs) {
    List<String> reasons = new ArrayList<>();
    return find(provider, name, reasons)
        .orElseGet(() -> Assumptions.abort("needs " + needs + " (" + reasons + ")" + LAB));
  }

  /** The provider's heap of this name, if it is open; the caller closes it. */
  static Optional<Heap> find(HeapProvider provider, String name, List<String> reasons) {
    Optional<Heap> found = Optional.empty();
    for (Finding finding : provider.discover()) {
      if (finding instanceof Open open) {
        Heap heap = open.heap();
        if (heap.name().equals(name) || heap.aliases().contains(name)) {
          found = Optional.of(heap);
        } else {
          heap.close();
        }
      } else if (finding instanceof Closed closed) {
        reasons.add(closed.heap() + ": " + closed.reason());
      }
    }
    return found;
  }
}
