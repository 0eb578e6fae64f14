package dev.dmabroker.internal.allocation;

import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;

/** Stands as a heap for adopted memory. It gives that memory once, and nothing else. */
final class AdoptedHeap implements Heap {
  private final ForeignMemory memory;
  private final Runnable afterwards;
  private volatile boolean movable;

  /**
   * Stands for one memory.
   *
   * @param afterwards runs when the memory was let go of
   */
  AdoptedHeap(ForeignMemory memory, Runnable afterwards) {
    this.memory = memory;
    this.afterwards = afterwards;
  }

  @Override
  public String name() {
    return memory.name();
  }

  @Override
  public String type() {
    return memory.type();
  }

  @Override
  public HeapTraits traits() {
    return memory.traits();
  }

  /** Tells whether the memory that it gave may be left. */
  boolean isMovable() {
    return movable;
  }

  @Override
  public Backing allocate(Request request) throws HeapException {
    movable = memory.movable();
    Backing backing = memory.open();
    try {
      long has = backing.sizeBytes();
      if (has < request.sizeBytes()) {
        throw new HeapException(
            HeapException.Kind.FAILED,
            "it has " + has + " bytes, and the layout takes " + request.sizeBytes());
      }
      return backing;
    } catch (Throwable t) {
      Guarded.run("giving adopted memory back", backing::release);
      throw t;
    }
  }

  @Override
  public void close() {
    afterwards.run();
  }

  @Override
  public String toString() {
    return "adopted memory " + memory.name();
  }
}
