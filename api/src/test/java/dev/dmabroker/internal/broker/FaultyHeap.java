package dev.dmabroker.internal.broker;

import dev.dmabroker.internal.broker.Faults.Site;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Lingering;
import dev.dmabroker.testing.ForwardingBacking;
import dev.dmabroker.testing.ScriptedHeap;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.IntFunction;

/** Another heap, with faults, and with fences of the kernel's own on its memory now and then. */
final class FaultyHeap implements Heap {
  private final ScriptedHeap heap;
  private final Faults faults;
  private final IntFunction<Optional<SyncFile>> kernelFences;

  FaultyHeap(ScriptedHeap heap, Faults faults, IntFunction<Optional<SyncFile>> kernelFences) {
    this.heap = heap;
    this.faults = faults;
    this.kernelFences = kernelFences;
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
  public Backing allocate(Request request) throws HeapException {
    boolean tooLittle = faults.strike(Site.ALLOCATE);
    return new FaultyBacking(
        heap.allocate(
            new Heap.Request(
                request.label(), tooLittle ? request.sizeBytes() - 8 : request.sizeBytes())));
  }

  @Override
  public Lingering lingering() {
    faults.strikeUndeclared(Site.LINGERING);
    return heap.lingering();
  }

  @Override
  public void close() {
    heap.close();
    faults.strikeUndeclared(Site.CLOSE_HEAP);
  }

  private final class FaultyBacking extends ForwardingBacking {
    FaultyBacking(Backing backing) {
      super(backing);
    }

    @Override
    public int dupFd() throws HeapException {
      boolean unusedFault = faults.strike(Site.DUP_FD);
      return memory.dupFd();
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
      boolean unusedFault = faults.strike(Site.BYTES);
      return memory.bytes(offsetBytes, lengthBytes);
    }

    @Override
    public void beginCpuAccess(Access access) throws HeapException {
      boolean unusedFault = faults.strike(Site.BEGIN_CPU_ACCESS);
      memory.beginCpuAccess(access);
    }

    @Override
    public void endCpuAccess(Access access) throws HeapException {
      memory.endCpuAccess(access); // It has ended all the same.
      boolean unusedFault = faults.strike(Site.END_CPU_ACCESS);
    }

    @Override
    public Optional<SyncFile> pendingFence(Access access) throws HeapException {
      boolean unusedFault = faults.strike(Site.PENDING_FENCE);
      Optional<SyncFile> unused = memory.pendingFence(access); // Fails if it has been released.
      return kernelFences.apply(memory.fd());
    }

    @Override
    public void release() {
      memory.release(); // Must not throw, and does; the memory is gone all the same.
      faults.strikeUndeclared(Site.RELEASE);
    }
  }
}
