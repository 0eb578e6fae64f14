package dev.dmabroker.samples.replay;

import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** A modelled heap whose allocations take time, and the most that was ever out of it. */
final class PeakHeap implements Heap {
  private final ModelledHeap heap;
  private final Simulation world;
  private final Costs costs;
  private final AtomicLong peakBytes = new AtomicLong();

  PeakHeap(ModelledHeap heap, Simulation world, Costs costs) {
    this.heap = heap;
    this.world = world;
    this.costs = costs;
  }

  @Override
  public String name() {
    return heap.name();
  }

  @Override
  public Set<String> aliases() {
    return heap.aliases();
  }

  @Override
  public String type() {
    return heap.type();
  }

  @Override
  public HeapTraits traits() {
    return heap.traits();
  }

  @Override
  public Backing allocate(Request request) throws HeapException {
    Backing backing = heap.allocate(request);
    peakBytes.accumulateAndGet(heap.usedBytes(), Math::max);
    world.sleep(Duration.ofNanos(costs.ofAllocation(request.sizeBytes())));
    return backing;
  }

  /** In whole pages. */
  long peakBytes() {
    return peakBytes.get();
  }

  @Override
  public void close() {
    heap.close();
  }

  @Override
  public String toString() {
    return heap.toString();
  }
}
