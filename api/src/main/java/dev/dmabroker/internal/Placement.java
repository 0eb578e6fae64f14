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
  private final long generation;

  /** Whether there are contents worth keeping. Read after the drain, which orders it. */
  @SuppressWarnings("UnusedVariable") // Reached through the VarHandle.
  private boolean written;

  Placement(HeapAccount heap, Backing backing, Layout layout, long generation) {
    this.heap = heap;
    this.backing = backing;
    this.layout = layout;
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
    return Suitability.problem(heap, layout, backing.sizeBytes(), constraints) == null;
  }

  void release() {
    heap.release(backing);
  }
}
