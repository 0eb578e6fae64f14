package dev.dmabroker.internal;

import dev.dmabroker.Layout;
import dev.dmabroker.spi.Backing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

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

  private final HeapTable table;
  private final int heap;
  private final Target target;
  private final Backing backing;
  private final Layout layout;
  private final List<Member> leftOut;
  private final long neededBytes;
  private final long sizeBytes;
  private final long generation;
  private final long sinceNanos = System.nanoTime();

  /** Whether there are contents worth keeping. Read after the drain, which orders it. */
  @SuppressWarnings("UnusedVariable") // Reached through the VarHandle.
  private boolean written;

  Placement(
      HeapTable table,
      int heap,
      Target target,
      Solution.Choice choice,
      Backing backing,
      long generation) {
    this.table = table;
    this.heap = heap;
    this.target = target;
    this.backing = backing;
    this.layout = choice.layout();
    this.leftOut = choice.leftOut();
    this.neededBytes = choice.neededBytes();
    this.sizeBytes = backing.sizeBytes();
    this.generation = generation;
  }

  HeapAccount heap() {
    return table.account(heap);
  }

  Backing backing() {
    return backing;
  }

  Layout layout() {
    return layout;
  }

  /** Dispensable devices that it was not made for. */
  List<Member> leftOut() {
    return leftOut;
  }

  /** Bytes allocated, as the heap said when it gave them. */
  long sizeBytes() {
    return sizeBytes;
  }

  /** The heap's number. */
  int heapNumber() {
    return heap;
  }

  long sinceNanos() {
    return sinceNanos;
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

  /** Whether the device can use it, with any of its alternatives. */
  boolean suits(Member device) {
    for (Option option : device.options()) {
      // What was needed: what a heap rounds up to is no device's concern.
      if (option.memory().suits(table, heap, target, layout, neededBytes)) {
        return true;
      }
    }
    return false;
  }

  void release() {
    heap().release(backing, sizeBytes);
  }
}
