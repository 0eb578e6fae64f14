package dev.dmabroker.samples.bench;

import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;

/** What a move cannot do without: one copy from memory to memory, both there and mapped. */
final class Copies implements AutoCloseable {
  private final Heap heap = ModelledHeap.builder("copies").build();
  private final int bytes;
  private final Backing from;
  private Backing to;

  Copies(int bytes) throws HeapException {
    this.bytes = bytes;
    from = populated();
    to = populated();
  }

  private Backing populated() throws HeapException {
    Backing backing = heap.allocate(new Heap.Request("copies", bytes));
    backing.bytes(0, bytes).put(0, (byte) 1); // Maps all of it.
    return backing;
  }

  /** Always the same memory: the nanoseconds. */
  long copy() throws HeapException {
    long start = System.nanoTime();
    to.bytes(0, bytes).put(from.bytes(0, bytes));
    return System.nanoTime() - start;
  }

  /** Into memory that was populated just now, as a move's is: the nanoseconds of the copy alone. */
  long copyIntoNew() throws HeapException {
    to.release();
    to = populated();
    return copy();
  }

  @Override
  public void close() {
    from.release();
    to.release();
    heap.close();
  }
}
