package dev.dmabroker.internal;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Scattered memory that the kernel has fences of, as far as a test says so. */
final class ScriptedFences extends ScriptedHeap {
  /** What is asked for next is given this, and then nothing. */
  final AtomicReference<@Nullable SyncFile> fence = new AtomicReference<>();

  volatile Hook onAsk = () -> {};

  /** Whether memory was asked for its fences that had been given back. */
  final AtomicBoolean askedTooLate = new AtomicBoolean();

  ScriptedFences() {
    super("system", ordinary().build());
  }

  @Override
  public Backing allocate(String label, long sizeBytes) throws HeapException {
    return new Fenced(super.allocate(label, sizeBytes));
  }

  private final class Fenced implements Backing {
    private final Backing memory;
    private volatile boolean released;

    Fenced(Backing memory) {
      this.memory = memory;
    }

    @Override
    public Optional<SyncFile> pendingFence(Access access) throws HeapException {
      onAsk.run();
      if (released) {
        askedTooLate.set(true);
      }
      return Optional.ofNullable(fence.getAndSet(null));
    }

    @Override
    public long sizeBytes() {
      return memory.sizeBytes();
    }

    @Override
    public int fd() {
      return memory.fd();
    }

    @Override
    public int dupFd() throws HeapException {
      return memory.dupFd();
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
      return memory.bytes(offsetBytes, lengthBytes);
    }

    @Override
    public void beginCpuAccess(Access access) throws HeapException {
      memory.beginCpuAccess(access);
    }

    @Override
    public void endCpuAccess(Access access) throws HeapException {
      memory.endCpuAccess(access);
    }

    @Override
    public void release() {
      released = true;
      memory.release();
    }
  }
}
