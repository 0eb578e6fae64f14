package dev.dmabroker.internal.gate;

import dev.dmabroker.CpuView;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.internal.runtime.MemoryFaults;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A CPU view of a mapping. It holds a slot of its own, so that the memory stays in place until the
 * CPU access has ended, even if the mapping is closed first.
 */
public final class MappedView implements CpuView {
  private final BufferMapping hold;

  /** Whether the view shows nothing any more; the monitor is held while the access ends. */
  private volatile boolean closed;

  MappedView(BufferMapping hold) {
    this.hold = hold;
  }

  private HeapMemory memory() {
    return hold.place().memory();
  }

  @Override
  public long sizeBytes() {
    return hold.sizeBytes();
  }

  @Override
  public ByteBuffer bytes() {
    if (sizeBytes() > Integer.MAX_VALUE) {
      throw new IllegalStateException(
          hold.attachment()
              + " has "
              + sizeBytes()
              + " bytes, which one ByteBuffer cannot span; use bytes(offset, length)");
    }
    return bytes(0, (int) sizeBytes());
  }

  @Override
  public ByteBuffer bytes(long offsetBytes, int lengthBytes) {
    Objects.checkFromIndexSize(offsetBytes, lengthBytes, sizeBytes());
    if (closed) {
      throw Exceptions.closed(
          "the CPU view of " + hold.attachment() + " is closed, by itself or with its frame");
    }
    try {
      ByteBuffer bytes = memory().bytes(offsetBytes, lengthBytes);
      return hold.access().writes() ? bytes : bytes.asReadOnlyBuffer().order(bytes.order());
    } catch (HeapException e) {
      throw Exceptions.cpuAccess("cannot reach " + hold.attachment() + ": " + e.getMessage(), e);
    }
  }

  /** Whether the CPU's access goes on, or is just being ended. */
  public boolean isOpen() {
    return hold.isOpen();
  }

  /**
   * Ends the access. A fault of memory that this thread met in the view, and that the JVM has not
   * told yet, comes out first: so it is told by the view in which it was, and not in the midst of
   * what this thread does next. When this returns, the access has ended, whichever thread ended it.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      hold.close(); // The first close may have had no stack left for it.
      return;
    }
    HeapException fault = failure(MemoryFaults::surface);
    closed = true;
    HeapException refusal;
    try {
      refusal = failure(() -> memory().endCpuAccess(hold.access()));
    } finally {
      hold.close();
    }
    if (fault != null) {
      throw Exceptions.cpuAccess(
          "memory fault: a part of "
              + hold.attachment()
              + ", in "
              + hold.heapName()
              + ", was gone while the CPU view was open, so what was read is not the contents, and"
              + " what was written is lost; the file behind it may be truncated",
          fault);
    }
    if (refusal != null) {
      throw Exceptions.cpuAccess(
          "cannot end CPU access to " + hold.attachment() + ": " + refusal.getMessage(), refusal);
    }
  }

  @Override
  public String toString() {
    return "the CPU view of "
        + hold.attachment()
        + " with "
        + hold.access()
        + (closed ? ", closed" : ", open");
  }

  /** Returns what it throws; null if it throws nothing. */
  private static @Nullable HeapException failure(Foreign.Order order) {
    try {
      Foreign.order(order);
      return null;
    } catch (HeapException e) {
      return e;
    }
  }
}
