package dev.dmabroker.faults;

import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.testing.ScriptedHeap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArraySet;

/**
 * A provider of heaps that come and go, as real ones open nodes: each time that it finds a heap
 * which the broker does not have, it makes a new object.
 */
final class FaultNodes implements HeapProvider {
  /** The names of the nodes that there are. */
  final Set<String> nodes = new CopyOnWriteArraySet<>();

  private final ConcurrentLinkedQueue<ScriptedHeap> made = new ConcurrentLinkedQueue<>();

  @Override
  public String name() {
    return "nodes";
  }

  @Override
  public List<Finding> discover() {
    return List.of();
  }

  @Override
  public List<Finding> rediscover(List<Heap> present) {
    return nodes.stream()
        .<Finding>map(
            node ->
                new Open(
                    present.stream()
                        .filter(heap -> heap.name().equals(node))
                        .findFirst()
                        .orElseGet(() -> make(node))))
        .toList();
  }

  private Heap make(String node) {
    ScriptedHeap heap = new ScriptedHeap(node, ScriptedHeap.cma().traits());
    made.add(heap);
    return heap;
  }

  /** The names of the heaps that were made and not closed. Each is closed once at most. */
  List<String> open() {
    for (ScriptedHeap heap : made) {
      if (heap.timesClosed() > 1) {
        throw new AssertionError(heap.name() + " was closed " + heap.timesClosed() + " times");
      }
    }
    return made.stream()
        .filter(heap -> heap.timesClosed() == 0)
        .map(ScriptedHeap::name)
        .sorted()
        .toList();
  }

  /** The names of the nodes in their order. */
  List<String> sorted() {
    return List.copyOf(new TreeSet<>(nodes));
  }
}
