package dev.dmabroker.fuzz;

import dev.dmabroker.fuzz.Hostility.Fault;
import dev.dmabroker.fuzz.Hostility.Site;
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
import java.util.concurrent.atomic.AtomicBoolean;

/** A heap that is full now and then, that fails, and that notices what is done to its memory. */
final class HostileHeap implements Heap {
  private static final long LARGEST = 1 << 20;

  private final ScriptedHeap heap;
  private final Hostility hostility;
  private final Fences fences;
  private final Findings findings;

  HostileHeap(ScriptedHeap heap, Hostility hostility, Fences fences, Findings findings) {
    this.heap = heap;
    this.hostility = hostility;
    this.fences = fences;
    this.findings = findings;
  }

  @Override
  public String name() {
    return heap.name();
  }

  @Override
  public HeapTraits traits() {
    return heap.traits();
  }

  int live() {
    return heap.live();
  }

  int timesClosed() {
    return heap.timesClosed();
  }

  @Override
  public Backing allocate(Request request) throws HeapException {
    if (request.sizeBytes() > LARGEST) {
      throw new HeapException(
          HeapException.Kind.TOO_LARGE, request.sizeBytes() + " bytes are too many");
    }
    return switch (hostility.strike(Site.ALLOCATE)) {
      case NULL -> Draw.nothing();
      case LIE ->
          new HostileBacking(
              heap.allocate(
                  new Heap.Request(request.label(), Math.max(1, request.sizeBytes() - 8))));
      default -> new HostileBacking(heap.allocate(request));
    };
  }

  @Override
  public Lingering lingering() {
    return hostility.strikeSilently(Site.LINGERING) == Fault.NULL
        ? Draw.nothing()
        : heap.lingering();
  }

  @Override
  public void close() {
    heap.close();
    Fault unused = hostility.strikeSilently(Site.CLOSE_HEAP);
  }

  /** Memory that fails, and that must not be used after it was given back. */
  private final class HostileBacking extends ForwardingBacking {
    private final AtomicBoolean released = new AtomicBoolean();

    HostileBacking(Backing memory) {
      super(memory);
    }

    private void using(String method) {
      if (released.get()) {
        findings.add("Backing." + method, new Finding("called after release"));
      }
    }

    @Override
    public int fd() {
      using("fd()");
      Fault unused = hostility.strikeSilently(Site.FD);
      return super.fd();
    }

    @Override
    public int dupFd() throws HeapException {
      using("dupFd()");
      Fault unused = hostility.strike(Site.DUP_FD);
      return super.fd() + (1 << 20);
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
      using("bytes(long,int)");
      return hostility.strike(Site.BYTES) == Fault.NULL
          ? Draw.nothing()
          : super.bytes(offsetBytes, lengthBytes);
    }

    @Override
    public void beginCpuAccess(Access access) throws HeapException {
      using("beginCpuAccess(Access)");
      Fault unused = hostility.strike(Site.BEGIN_CPU_ACCESS);
      super.beginCpuAccess(access);
    }

    @Override
    public void endCpuAccess(Access access) throws HeapException {
      using("endCpuAccess(Access)");
      super.endCpuAccess(access); // It has ended all the same.
      Fault unused = hostility.strike(Site.END_CPU_ACCESS);
    }

    @Override
    public Optional<SyncFile> pendingFence(Access access) throws HeapException {
      using("pendingFence(Access)");
      return hostility.strike(Site.PENDING_FENCE) == Fault.NULL
          ? Draw.nothing()
          : fences.ofKernel();
    }

    @Override
    public Optional<Object> identity() {
      using("identity()");
      return hostility.strikeSilently(Site.IDENTITY) == Fault.NULL
          ? Draw.nothing()
          : memory.identity();
    }

    @Override
    public void release() {
      if (released.getAndSet(true)) {
        findings.add("Backing.release()", new Finding("called twice"));
      }
      super.release(); // Must not throw, and does; the memory is gone all the same.
      Fault unused = hostility.strikeSilently(Site.RELEASE);
    }
  }
}
