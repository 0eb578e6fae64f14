package dev.dmabroker.internal.buffer;

import dev.dmabroker.Mapping;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.gate.AttachmentHandle;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.move.ContentsCopy;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.watch.Leakable;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import java.lang.ref.Reference;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A shadow: a second buffer beside an adopted one, and the copies between the two. It copies as a
 * device that is attached to both buffers, so that neither can end during a copy.
 */
public final class ShadowBuffer implements Shadow {
  private final BufferHandle original;
  private final BufferHandle copy;

  /**
   * The attachments are handles as applications have them, so that they too are found if this is
   * lost.
   */
  private final AttachmentHandle atOriginal;

  private final AttachmentHandle atCopy;
  private final Mover mover;
  private volatile boolean closed;

  /** Takes over the copy's handle, if this does not throw. */
  public ShadowBuffer(
      BufferHandle original, BufferHandle copy, RegisteredDevice copier, Mover mover) {
    this.original = original;
    this.copy = copy;
    this.mover = mover;
    Throwable site = copy.buffer().life.services().leaks().site("shadowed here");
    copy.unchecked(); // The copier writes there.
    this.atOriginal = attach(original, copier, site);
    try {
      this.atCopy = attach(copy, copier, site);
    } catch (Throwable e) {
      atOriginal.close();
      throw e;
    }
  }

  /** Attaches the copier to one of the two, to be closed when this shadow is lost. */
  private static AttachmentHandle attach(
      BufferHandle buffer, RegisteredDevice copier, @Nullable Throwable site) {
    return new AttachmentHandle(
        buffer, handle -> buffer.buffer().attachOwn(copier, new Leakable.Origin(handle, site)));
  }

  @Override
  public SharedBuffer original() {
    return original;
  }

  @Override
  public SharedBuffer buffer() {
    return copy;
  }

  @Override
  public long refresh(Duration timeout) {
    checkOpen();
    // The copy is mapped first, as it may move: so the original has no mapping out meanwhile.
    try (Mapping to = atCopy.map(Access.OVERWRITE, timeout);
        Mapping from = atOriginal.map(Access.READ, timeout)) {
      return copy(from, to);
    } finally {
      Reference.reachabilityFence(this); // Otherwise it may be taken for lost while it copies.
    }
  }

  @Override
  public long writeBack(Duration timeout) {
    checkOpen();
    // The memory between the lines of the original belongs to others, so it is not overwritten.
    try (Mapping from = atCopy.map(Access.READ, timeout);
        Mapping to = atOriginal.map(Access.WRITE, timeout)) {
      return copy(from, to);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Copies between two mapped buffers, and returns the number of bytes. */
  private long copy(Mapping from, Mapping to) {
    Place source = ((BufferMapping) from).place();
    Place target = ((BufferMapping) to).place();
    try {
      return new ContentsCopy(source, mover).copy(target);
    } catch (HeapException e) {
      throw Exceptions.cpuAccess(
          "cannot copy from " + from + " to " + to + ": " + e.getMessage(), e);
    }
  }

  private void checkOpen() {
    if (closed) {
      throw Exceptions.closed("the " + copy.name() + " is closed");
    }
  }

  @Override
  public void close() {
    closed = true;
    atOriginal.close();
    atCopy.close();
    copy.close();
  }

  @Override
  public String toString() {
    return copy.name();
  }
}
