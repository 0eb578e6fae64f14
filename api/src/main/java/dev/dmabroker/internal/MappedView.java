package dev.dmabroker.internal;

import dev.dmabroker.Access;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.CpuView;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * CPU access. Holds a slot of its own, so that memory stays in place until the access has ended,
 * even if the mapping is closed first.
 */
final class MappedView implements CpuView {
  private final AttachedDevice attachment;
  private final Gate.Pass hold;
  private final Access access;
  private final AtomicBoolean closed = new AtomicBoolean();

  MappedView(AttachedDevice attachment, Gate.Pass hold, Access access) {
    this.attachment = attachment;
    this.hold = hold;
    this.access = access;
  }

  @Override
  public long sizeBytes() {
    return hold.place().sizeBytes();
  }

  @Override
  public ByteBuffer bytes() {
    if (sizeBytes() > Integer.MAX_VALUE) {
      throw new IllegalStateException(
          attachment
              + " has "
              + sizeBytes()
              + " bytes, which one ByteBuffer cannot span; use bytes(offset, length)");
    }
    return bytes(0, (int) sizeBytes());
  }

  @Override
  public ByteBuffer bytes(long offsetBytes, int lengthBytes) {
    Objects.checkFromIndexSize(offsetBytes, lengthBytes, sizeBytes());
    if (closed.get()) {
      throw new ClosedException("the CPU view of " + attachment + " is closed");
    }
    try {
      ByteBuffer bytes = hold.place().backing().bytes(offsetBytes, lengthBytes);
      return access.writes() ? bytes : bytes.asReadOnlyBuffer().order(bytes.order());
    } catch (HeapException e) {
      throw new CpuAccessException("cannot reach " + attachment + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      hold.place().backing().endCpuAccess(access);
    } catch (HeapException | RuntimeException e) {
      throw new CpuAccessException(
          "cannot end CPU access to " + attachment + ": " + e.getMessage(), e);
    } finally {
      BufferMapping.leave(attachment, hold);
    }
  }
}
