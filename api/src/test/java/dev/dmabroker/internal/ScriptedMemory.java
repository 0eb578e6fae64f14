package dev.dmabroker.internal;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Memory that no heap of the broker gave: that of a scripted heap of its own, with contents. */
final class ScriptedMemory implements ForeignMemory {
  final ScriptedHeap heap;
  private final boolean movable;
  private final long sizeBytes;
  private final Optional<Object> identity;
  private volatile boolean hasDescriptor = true;

  ScriptedMemory(HeapTraits traits, boolean movable, long sizeBytes, @Nullable Object identity) {
    this("elsewhere", traits, movable, sizeBytes, identity);
  }

  ScriptedMemory(
      String name, HeapTraits traits, boolean movable, long sizeBytes, @Nullable Object identity) {
    this.heap = new ScriptedHeap(name, traits);
    this.movable = movable;
    this.sizeBytes = sizeBytes;
    this.identity = Optional.ofNullable(identity);
  }

  ScriptedMemory withoutDescriptor() {
    hasDescriptor = false;
    return this;
  }

  @Override
  public String name() {
    return heap.name();
  }

  @Override
  public HeapTraits traits() {
    return heap.traits();
  }

  @Override
  public boolean movable() {
    return movable;
  }

  @Override
  public Backing open() throws HeapException {
    Backing backing = heap.allocate("foreign", sizeBytes);
    ByteBuffer bytes = backing.bytes(0, (int) sizeBytes);
    for (int i = 0; i + 8 <= sizeBytes; i += 8) {
      bytes.putLong(i, 42 + i);
    }
    return new Foreign(backing);
  }

  private final class Foreign implements Backing {
    private final Backing backing;

    Foreign(Backing backing) {
      this.backing = backing;
    }

    @Override
    public long sizeBytes() {
      return backing.sizeBytes();
    }

    @Override
    public int fd() {
      return hasDescriptor ? backing.fd() : -1;
    }

    @Override
    public int dupFd() throws HeapException {
      return backing.dupFd();
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
      return backing.bytes(offsetBytes, lengthBytes);
    }

    @Override
    public void beginCpuAccess(Access access) throws HeapException {
      backing.beginCpuAccess(access);
    }

    @Override
    public void endCpuAccess(Access access) throws HeapException {
      backing.endCpuAccess(access);
    }

    @Override
    public Optional<Object> identity() {
      return identity;
    }

    @Override
    public void release() {
      backing.release();
    }
  }
}
