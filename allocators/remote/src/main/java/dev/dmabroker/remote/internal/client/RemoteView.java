package dev.dmabroker.remote.internal.client;

import dev.dmabroker.CpuView;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.MemoryFaults;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The CPU's access to memory that a service allocated, in this process. */
final class RemoteView implements CpuView {
  private final RemoteMapping mapping;
  private final Memories.Place place;
  private volatile boolean closed;

  RemoteView(RemoteMapping mapping, Memories.Place place) {
    this.mapping = mapping;
    this.place = place;
    try {
      place.backing.beginCpuAccess(mapping.access());
    } catch (HeapException e) {
      throw Exceptions.cpuAccess("cannot begin CPU access to " + mapping, e);
    }
  }

  @Override
  public long sizeBytes() {
    return place.sizeBytes;
  }

  @Override
  public ByteBuffer bytes() {
    if (sizeBytes() > Integer.MAX_VALUE) {
      throw new IllegalStateException(
          mapping
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
      throw Exceptions.closed("the CPU view of " + mapping + " is closed");
    }
    try {
      ByteBuffer bytes = place.backing.bytes(offsetBytes, lengthBytes);
      return mapping.access().writes() ? bytes : bytes.asReadOnlyBuffer().order(bytes.order());
    } catch (HeapException e) {
      throw Exceptions.cpuAccess("cannot reach " + mapping + ": " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      MemoryFaults.surface();
      place.backing.endCpuAccess(mapping.access());
    } catch (HeapException e) {
      throw Exceptions.cpuAccess("cannot end CPU access to " + mapping + ": " + e.getMessage(), e);
    }
  }
}
