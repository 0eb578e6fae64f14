package dev.dmabroker.internal.gate;

import dev.dmabroker.FixedView;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.spec.Layout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** A use of a view that keeps its address. */
public final class StandingUse implements FixedView.Use {
  private final StandingView view;
  private final BufferMapping mapping;
  private final MappedView access;
  private final ByteBuffer bytes;

  /** Whether the use shows nothing any more; the monitor is held while it ends. */
  private volatile boolean closed;

  /** Whether the view counts this use; under the view's monitor. */
  boolean counted = true;

  StandingUse(StandingView view, BufferMapping mapping, MappedView access, ByteBuffer bytes) {
    this.view = view;
    this.mapping = mapping;
    this.access = access;
    this.bytes = mapping.access().writes() ? bytes : bytes.asReadOnlyBuffer();
  }

  /** Returns the mapping that keeps the memory in place. */
  public BufferMapping mapping() {
    return mapping;
  }

  @Override
  public Layout layout() {
    return mapping.layout();
  }

  @Override
  public long generation() {
    return mapping.generation();
  }

  @Override
  public long sizeBytes() {
    return bytes.capacity();
  }

  @Override
  public ByteBuffer bytes() {
    return bytes(0, bytes.capacity());
  }

  @Override
  public ByteBuffer bytes(long offsetBytes, int lengthBytes) {
    Objects.checkFromIndexSize(offsetBytes, lengthBytes, sizeBytes());
    if (closed) {
      throw Exceptions.closed(this + " is over");
    }
    return bytes.slice((int) offsetBytes, lengthBytes).order(ByteOrder.nativeOrder());
  }

  /** Ends the CPU's access; the mapping stays until {@link #close}. */
  public synchronized void endAccess() {
    closed = true;
    access.close();
  }

  /** Ends the access first, then the mapping, and then lets other memory be shown. */
  @Override
  public synchronized void close() {
    try {
      endAccess();
    } finally {
      try {
        mapping.close();
      } finally {
        view.ended(this);
      }
    }
  }

  @Override
  public String toString() {
    return "a use of " + view + " with " + mapping.access();
  }
}
