package dev.dmabroker.internal.gate;

import dev.dmabroker.FixedView;
import dev.dmabroker.internal.heap.FixedRange;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A CPU view that keeps its address. A use is a mapping and a {@link MappedView}, which keep the
 * place where it is; so the addresses show one place for as long as a use goes on. The memory
 * itself leaves them when it is given back (see {@link FixedRange}), which is after the last use of
 * it, as that holds a slot.
 */
final class StandingView implements FixedView {
  /** The attachment's handle, which is not lost while this is reachable. */
  private final AttachmentHandle attachment;

  private final int reservedBytes;

  // Under this object's monitor.

  /** The addresses; null before the first use. */
  private @Nullable FixedRange range;

  private int uses;
  private boolean closed;

  StandingView(AttachmentHandle attachment, int reservedBytes) {
    if (reservedBytes < 1) {
      throw new IllegalArgumentException(
          "a view of " + reservedBytes + " bytes has no address; reserve at least 1");
    }
    this.attachment = attachment;
    this.reservedBytes = reservedBytes;
  }

  @Override
  public Use begin(Access access) {
    checkOpen();
    return begin((BufferMapping) attachment.map(access));
  }

  @Override
  public Use begin(Access access, Duration timeout) {
    checkOpen();
    return begin((BufferMapping) attachment.map(access, timeout));
  }

  private Use begin(BufferMapping mapping) {
    try {
      return beginAccess(mapping);
    } catch (Throwable e) {
      mapping.close();
      throw e;
    }
  }

  private Use beginAccess(BufferMapping mapping) {
    MappedView access = mapping.cpuView();
    try {
      return show(mapping, access);
    } catch (Throwable e) {
      access.close();
      throw e;
    }
  }

  /** Has the addresses show the mapping's place, and counts the use. */
  private synchronized Use show(BufferMapping mapping, MappedView access) {
    checkOpen();
    HeapMemory memory = mapping.place().memory();
    long needed = mapping.layout().sizeBytes();
    if (needed > reservedBytes) {
      throw Exceptions.cpuAccess(
          this
              + " has "
              + reservedBytes
              + " bytes, and the buffer has "
              + needed
              + " in "
              + mapping.heapName()
              + "; reserve more with Attachment.fixedView");
    }
    try {
      FixedRange its = range;
      if (its == null) {
        its = FixedRange.reserve(memory, reservedBytes);
        range = its;
      }
      if (uses > 0 && !its.shows(memory)) {
        throw Exceptions.busy(
            this
                + " cannot show what the buffer has in "
                + mapping.heapName()
                + " now: "
                + uses
                + " of its uses go on where the buffer lay before; end them first");
      }
      its.show(memory);
      int size = (int) Math.min(memory.sizeBytes(), reservedBytes);
      StandingUse use = new StandingUse(this, mapping, access, its.bytes(size));
      uses++;
      return use;
    } catch (HeapException e) {
      throw Exceptions.cpuAccess(
          "cannot show " + mapping + " at an address that stays: " + e.getMessage(), e);
    }
  }

  private synchronized void checkOpen() {
    if (closed) {
      throw Exceptions.closed(this + " is closed");
    }
  }

  /** A use has ended; it says so again if it found no stack to say so. */
  synchronized void ended(StandingUse use) {
    if (use.counted) {
      use.counted = false;
      uses--;
    }
    letGo();
  }

  @Override
  public synchronized void close() {
    closed = true;
    letGo();
  }

  private void letGo() {
    if (closed && uses == 0 && range != null) {
      range.hide();
    }
  }

  @Override
  public String toString() {
    return "the fixed view of " + attachment;
  }
}
