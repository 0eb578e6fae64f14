package dev.dmabroker.metrics;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Lingering;
import dev.dmabroker.spi.Trait;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A heap in the Java heap that refuses when it is told to. */
final class MemoryHeap implements Heap {
  private final String name;
  private final boolean contiguous;
  private final @Nullable Long capacityBytes;
  private final AtomicReference<HeapException.@Nullable Kind> nextRefusal = new AtomicReference<>();
  private volatile HeapException.@Nullable Kind refusal;
  private volatile Lingering lingering = Lingering.NONE;

  /** Nobody knows how much it has. */
  MemoryHeap(String name, boolean contiguous) {
    this(name, contiguous, null);
  }

  MemoryHeap(String name, boolean contiguous, @Nullable Long capacityBytes) {
    this.name = name;
    this.contiguous = contiguous;
    this.capacityBytes = capacityBytes;
  }

  void linger(Lingering what) {
    lingering = what;
  }

  @Override
  public Lingering lingering() {
    return lingering;
  }

  void refuse(HeapException.@Nullable Kind kind) {
    refusal = kind;
  }

  /** Once. */
  void refuseNext(HeapException.Kind kind) {
    nextRefusal.set(kind);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public HeapTraits traits() {
    HeapTraits.Builder traits =
        HeapTraits.builder().contiguous(Trait.declared(contiguous)).cpuReach(Trait.declared(true));
    return (capacityBytes == null ? traits : traits.capacityBytes(Trait.declared(capacityBytes)))
        .build();
  }

  @Override
  public Backing allocate(String label, long sizeBytes) throws HeapException {
    HeapException.Kind next = nextRefusal.getAndSet(null);
    HeapException.Kind kind = next != null ? next : refusal;
    if (kind != null) {
      throw new HeapException(kind, "told to");
    }
    return new Memory(ByteBuffer.allocateDirect(Math.toIntExact(sizeBytes)));
  }

  @Override
  public void close() {}

  private record Memory(ByteBuffer bytes) implements Backing {
    @Override
    public long sizeBytes() {
      return bytes.capacity();
    }

    @Override
    public int fd() {
      return 1000;
    }

    @Override
    public int dupFd() {
      return 1001;
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) {
      return bytes.slice((int) offsetBytes, lengthBytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public void beginCpuAccess(Access access) {}

    @Override
    public void endCpuAccess(Access access) {}

    @Override
    public void release() {}
  }
}
