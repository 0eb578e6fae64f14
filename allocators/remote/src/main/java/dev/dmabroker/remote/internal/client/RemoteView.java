package dev.dmabroker.remote.internal.client;

import dev.dmabroker.CpuView;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.MemoryFaults;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The CPU's access to memory that a service allocated, in this process. */
final class RemoteView implements CpuView {
  private final String what;
  private final Access access;
  private final Memories.Use memory;
  private final Runnable end;
  private volatile boolean closed;

  RemoteView(String what, Access access, Memories.Use memory) {
    this(what, access, memory, () -> {});
  }

  /**
   * Begins the access.
   *
   * @param end what keeps the memory in place until the access has ended is told so; also if this
   *     throws
   */
  RemoteView(String what, Access access, Memories.Use memory, Runnable end) {
    this.what = what;
    this.access = access;
    this.memory = memory;
    this.end = end;
    try {
      memory.received().backing.beginCpuAccess(access);
    } catch (HeapException e) {
      end.run();
      throw Exceptions.cpuAccess("cannot begin CPU access to " + what, e);
    }
  }

  @Override
  public long sizeBytes() {
    return memory.sizeBytes();
  }

  @Override
  public ByteBuffer bytes() {
    if (sizeBytes() > Integer.MAX_VALUE) {
      throw new IllegalStateException(
          what
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
      throw Exceptions.closed("the CPU view of " + what + " is closed");
    }
    try {
      ByteBuffer bytes = memory.received().backing.bytes(offsetBytes, lengthBytes);
      return access.writes() ? bytes : bytes.asReadOnlyBuffer().order(bytes.order());
    } catch (HeapException e) {
      throw Exceptions.cpuAccess("cannot reach " + what + ": " + e.getMessage(), e);
    }
  }

  boolean isOpen() {
    return !closed;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      MemoryFaults.surface();
      memory.received().backing.endCpuAccess(access);
    } catch (HeapException e) {
      throw Exceptions.cpuAccess("cannot end CPU access to " + what + ": " + e.getMessage(), e);
    } finally {
      end.run();
    }
  }
}
