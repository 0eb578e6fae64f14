package dev.dmabroker.internal;

import dev.dmabroker.Constraints;
import dev.dmabroker.Layout;
import dev.dmabroker.spi.Backing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The backing that a buffer has, with its generation. Compared by identity. */
final class Placement {
  private static final VarHandle WRITTEN;

  static {
    try {
      WRITTEN = MethodHandles.lookup().findVarHandle(Placement.class, "written", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final HeapAccount heap;
  private final Backing backing;
  private final Layout layout;
  private final long askedBytes;
  private final long sizeBytes;
  private final long generation;

  /** Whether there are contents worth keeping. Read after the drain, which orders it. */
  @SuppressWarnings("UnusedVariable") // Reached through the VarHandle.
  private boolean written;

  Placement(HeapAccount heap, Backing backing, Layout layout, long askedBytes, long generation) {
    this.heap = heap;
    this.backing = backing;
    this.layout = layout;
    this.askedBytes = askedBytes;
    this.sizeBytes = backing.sizeBytes();
    this.generation = generation;
  }

  HeapAccount heap() {
    return heap;
  }

  Backing backing() {
    return backing;
  }

  Layout layout() {
    return layout;
  }

  /** Bytes allocated, as the heap said when it gave them. */
  long sizeBytes() {
    return sizeBytes;
  }

  long generation() {
    return generation;
  }

  boolean isWritten() {
    return (boolean) WRITTEN.getOpaque(this);
  }

  /** Looks before it writes, so that the shared line stays clean once it is set. */
  void markWritten() {
    if (!isWritten()) {
      WRITTEN.setOpaque(this, true);
    }
  }

  boolean suits(Constraints constraints) {
    // The size that was asked for: what a heap rounds up to is no device's concern.
    return Suitability.problem(heap, layout, askedBytes, constraints) == null;
  }

  void release() {
    heap.release(backing, sizeBytes);
  }
}
