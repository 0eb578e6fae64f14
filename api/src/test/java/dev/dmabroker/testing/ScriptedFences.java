package dev.dmabroker.testing;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Scattered memory that the kernel has fences of, as far as a test says so. */
public final class ScriptedFences extends ScriptedHeap {
  /** What is asked for next is given this, and then nothing. */
  public final AtomicReference<@Nullable SyncFile> fence = new AtomicReference<>();

  public volatile Hook onAsk = () -> {};

  /** Whether memory was asked for its fences that had been given back. */
  public final AtomicBoolean askedTooLate = new AtomicBoolean();

  public ScriptedFences() {
    super("system", ordinary().build());
  }

  @Override
  public Backing allocate(Request request) throws HeapException {
    return new Fenced(super.allocate(request));
  }

  private final class Fenced extends ForwardingBacking {
    private volatile boolean released;

    Fenced(Backing memory) {
      super(memory);
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
    public void release() {
      released = true;
      super.release();
    }
  }
}
