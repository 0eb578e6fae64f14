package dev.dmabroker.samples.replay;

import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Trait;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A heap of a trace, whose memory is only counted, so that a playing needs no memory for buffers
 * and no machine has another size of pages. An allocation takes the time that it costs. Programs
 * that do not use the broker may hold a part of the heap. Thread-safe.
 */
final class CountedHeap implements Heap {
  private static final long PAGE = 4096;
  private static final int LOW_BITS = 32;

  private final TraceHeap heap;
  private final Simulation world;
  private final Costs costs;
  private final HeapTraits traits;
  private final AtomicLong peakBytes = new AtomicLong();
  private long usedBytes;
  private long othersBytes;

  CountedHeap(TraceHeap heap, Simulation world, Costs costs) {
    this.heap = heap;
    this.world = world;
    this.costs = costs;
    this.traits = traits(heap);
  }

  private static HeapTraits traits(TraceHeap heap) {
    HeapTraitsBuilder traits =
        HeapTraits.builder()
            .contiguous(Trait.declared(heap.contiguous()))
            .addressBits(Trait.declared(heap.contiguous() ? LOW_BITS : Long.SIZE))
            .lowestAddress(Trait.declared(0L))
            .alignmentBytes(Trait.declared(PAGE))
            .granuleBytes(Trait.declared(PAGE))
            .cached(Trait.declared(true))
            .cpuReach(Trait.declared(true))
            .deviceAccess(Trait.declared(true))
            .modelled(Trait.declared(true));
    heap.capacityBytes()
        .ifPresent(
            bytes ->
                traits.capacityBytes(Trait.declared(bytes)).maxSizeBytes(Trait.declared(bytes)));
    return traits.build();
  }

  @Override
  public String name() {
    return heap.name();
  }

  @Override
  public String type() {
    return "modelled";
  }

  @Override
  public HeapTraits traits() {
    return traits;
  }

  @Override
  public Backing allocate(Request request) throws HeapException {
    request.requireAlignment(traits.alignmentBytes());
    long bytes = (request.sizeBytes() + PAGE - 1) / PAGE * PAGE;
    take(bytes);
    world.sleep(Duration.ofNanos(costs.ofAllocation(request.sizeBytes())));
    return new CountedMemory(request.sizeBytes(), () -> giveBack(bytes));
  }

  private synchronized void take(long bytes) throws HeapException {
    long capacity = heap.capacityBytes().orElse(Long.MAX_VALUE);
    if (bytes > capacity) {
      throw new HeapException(Kind.TOO_LARGE, name() + " has " + capacity + " bytes in all");
    }
    if (bytes > capacity - usedBytes - othersBytes) {
      throw new HeapException(
          Kind.FULL,
          "%s cannot give %d bytes: of %d its buffers have %d and others %d"
              .formatted(name(), bytes, capacity, usedBytes, othersBytes));
    }
    usedBytes += bytes;
    peakBytes.accumulateAndGet(usedBytes, Math::max);
  }

  private synchronized void giveBack(long bytes) {
    usedBytes -= bytes;
  }

  /**
   * Has others hold that much from now on, or as much of it as buffers leave. The broker is not
   * told.
   */
  synchronized void others(long bytes) {
    long capacity = heap.capacityBytes().orElse(Long.MAX_VALUE);
    othersBytes = Math.min(bytes, capacity - usedBytes);
  }

  /** The most that buffers ever had of it, in whole pages. */
  long peakBytes() {
    return peakBytes.get();
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "heap " + name();
  }
}
