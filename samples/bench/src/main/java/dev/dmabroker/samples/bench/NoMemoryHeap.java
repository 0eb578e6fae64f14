package dev.dmabroker.samples.bench;

import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Trait;

/** A heap to plan with: it has traits and no memory. */
final class NoMemoryHeap implements Heap {
  private final int number;

  NoMemoryHeap(int number) {
    this.number = number;
  }

  @Override
  public String name() {
    return "heap-" + number;
  }

  @Override
  public String type() {
    return number % 4 == 3 ? "dma-heap" : "other";
  }

  /** Of mixed kinds; the first serves everybody. */
  @Override
  public HeapTraits traits() {
    return HeapTraits.builder()
        .contiguous(Trait.declared(number % 2 == 0))
        .addressBits(Trait.declared(number % 3 == 0 ? 32 : 40))
        .alignmentBytes(Trait.declared(number % 8 == 0 ? 65536L : 4096L))
        .granuleBytes(Trait.declared(4096L))
        .capacityBytes(Trait.declared(1L << 30))
        .cached(Trait.declared(number % 5 != 1))
        .cpuReach(Trait.declared(true))
        .deviceAccess(Trait.declared(number % 7 != 6))
        .build();
  }

  @Override
  public Backing allocate(Request request) throws HeapException {
    throw new HeapException(HeapException.Kind.FULL, "there is no memory in " + name());
  }

  @Override
  public void close() {}
}
