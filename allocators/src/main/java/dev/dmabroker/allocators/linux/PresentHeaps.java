package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider.Finding;
import dev.dmabroker.spi.HeapProvider.Open;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The heaps that a provider has found before. Those whose nodes are unchanged are neither opened
 * nor tried again.
 *
 * @param heaps the heaps, in the order in which they were found
 */
record PresentHeaps(List<Heap> heaps) {
  /** The heap of that name, which has no node; or what is found if there is none. */
  Finding orNew(String name, Supplier<Finding> find) {
    return with(name).findFirst().<Finding>map(Open::new).orElseGet(find);
  }

  /**
   * The heap of that name, if its node is still the one that it was opened from; otherwise what is
   * found.
   */
  Finding orNew(String name, Path path, Supplier<Finding> find) {
    return with(name)
        .filter(
            heap ->
                heap instanceof LinuxHeap known
                    && known.node().isPresent()
                    && known.node().equals(NodeId.of(path)))
        .findFirst()
        .<Finding>map(Open::new)
        .orElseGet(find);
  }

  private Stream<Heap> with(String name) {
    return heaps.stream().filter(heap -> heap.name().equals(name));
  }

  /** These names without those that heaps have already. */
  Set<String> free(Set<String> names) {
    Set<String> free = new TreeSet<>(names);
    heaps.stream()
        .flatMap(heap -> Stream.concat(Stream.of(heap.name()), heap.aliases().stream()))
        .forEach(free::remove);
    return free;
  }

  /** All of them, where it cannot be seen which are still there: their descriptors are open. */
  Stream<Finding> all() {
    return heaps.stream().map(Open::new);
  }
}
