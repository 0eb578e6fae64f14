package dev.dmabroker.testing;

import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Memory that no heap of the broker gave: that of a scripted heap of its own, with contents. */
public final class ScriptedMemory implements ForeignMemory {
  public final ScriptedHeap heap;
  private final boolean movable;
  private final long sizeBytes;
  private final Optional<Object> identity;
  private volatile boolean hasDescriptor = true;

  public ScriptedMemory(
      HeapTraits traits, boolean movable, long sizeBytes, @Nullable Object identity) {
    this("elsewhere", traits, movable, sizeBytes, identity);
  }

  public ScriptedMemory(
      String name, HeapTraits traits, boolean movable, long sizeBytes, @Nullable Object identity) {
    this.heap = new ScriptedHeap(name, traits);
    this.movable = movable;
    this.sizeBytes = sizeBytes;
    this.identity = Optional.ofNullable(identity);
  }

  public ScriptedMemory withoutDescriptor() {
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
    Backing backing = heap.allocate(new Heap.Request("foreign", sizeBytes));
    ByteBuffer bytes = backing.bytes(0, (int) sizeBytes);
    for (int i = 0; i + 8 <= sizeBytes; i += 8) {
      bytes.putLong(i, 42 + i);
    }
    return new Foreign(backing);
  }

  private final class Foreign extends ForwardingBacking {
    Foreign(Backing backing) {
      super(backing);
    }

    @Override
    public int fd() {
      return hasDescriptor ? super.fd() : -1;
    }

    @Override
    public Optional<Object> identity() {
      return identity;
    }
  }
}
