package dev.dmabroker.internal.heap;

import com.google.common.collect.ImmutableSet;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapInfo;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Lingering;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Keeps account of a heap: which memory the broker has out of it, so that the heap is closed after
 * the last of it has come back. Heaps are foreign code, so what they answer and throw is checked
 * here. This class is thread-safe.
 */
public final class HeapAccount {
  private final Heap heap;
  private final String name;
  private final ImmutableSet<String> aliases;
  private final String type;
  private final HeapTraits traits;

  private int backings;
  private long usedBytes;
  private boolean retired;
  private boolean closed;

  public HeapAccount(Heap heap) {
    this.heap = heap;
    this.name = heap.name();
    this.aliases = ImmutableSet.copyOf(heap.aliases());
    this.type = heap.type();
    this.traits = heap.traits();
  }

  public String name() {
    return name;
  }

  public HeapTraits traits() {
    return traits;
  }

  /**
   * Asks the heap for memory, and distrusts its answer.
   *
   * @throws HeapException also if the heap does what it must not do: throws anything else, or gives
   *     too little
   */
  public Backing allocate(String label, long sizeBytes) throws HeapException {
    Release undo = new Release(); // There may be no memory for it once the heap has answered.
    synchronized (this) {
      if (retired) {
        throw new HeapException(HeapException.Kind.FAILED, "the broker is closed");
      }
      backings++; // This keeps the heap open while it is being asked.
    }
    try {
      Backing backing = heap.allocate(label, sizeBytes);
      undo.backing = backing;
      long got = backing.sizeBytes();
      if (got < sizeBytes) {
        throw new HeapException(
            HeapException.Kind.FAILED, "gave " + got + " bytes instead of " + sizeBytes);
      }
      synchronized (this) {
        usedBytes += got;
      }
      return backing;
    } catch (HeapException e) {
      Guarded.insist("giving back what an allocation took", undo);
      throw e;
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      Guarded.insist("giving back what an allocation took", undo);
      throw new HeapException(HeapException.Kind.FAILED, "threw " + e, e);
    } catch (Throwable t) {
      Guarded.insist("giving back what an allocation took", undo);
      throw t;
    }
  }

  /** Gives back what {@link #allocate} returned, with the size that the memory had then. */
  public void release(Backing backing, long sizeBytes) {
    release(new Release(backing, sizeBytes));
  }

  /** Prepares to give back what {@link #allocate} returned. */
  public Release toRelease(Backing backing, long sizeBytes) {
    return new Release(backing, sizeBytes);
  }

  /**
   * Does what is left of giving memory back. If there is no stack or memory for that, this throws
   * and may be called again.
   */
  private void release(Release release) {
    Backing backing = release.backing;
    if (backing != null) {
      try {
        release.backing = null; // Whatever the heap throws, it is not asked twice.
        backing.release();
      } catch (RuntimeException | Error e) {
        EngineLog.LOG.log(
            Level.ERROR, "heap " + name + " threw while memory was given back to it", e);
      }
    }
    if (!release.counted) {
      count(release);
    }
    closeIfOver();
  }

  /** Memory on its way back to the heap. One thread after the other gives it back. */
  public final class Release implements Runnable {
    /** What the heap is to get back; null if it gave nothing, or has got it. */
    private @Nullable Backing backing;

    private final long sizeBytes;
    private boolean counted;

    private Release() {
      this.sizeBytes = 0;
    }

    private Release(Backing backing, long sizeBytes) {
      this.backing = backing;
      this.sizeBytes = sizeBytes;
    }

    @Override
    public void run() {
      release(this);
    }
  }

  /**
   * Counts memory that is out no more. The last of it closes a retired heap, after the lock is
   * released.
   */
  private synchronized void count(Release release) {
    backings--;
    usedBytes -= release.sizeBytes;
    release.counted = true;
  }

  /** Closes the heap as soon as none of its memory is out. */
  public void retire() {
    synchronized (this) {
      retired = true;
    }
    closeIfOver();
  }

  /** Closes a retired heap, once none of its memory is out. */
  private void closeIfOver() {
    synchronized (this) {
      if (!retired || backings > 0 || closed) {
        return;
      }
      closed = true;
    }
    try {
      heap.close();
    } catch (RuntimeException | Error e) {
      EngineLog.LOG.log(Level.ERROR, "heap " + name + " threw while it was closed", e);
    }
  }

  public HeapInfo info() {
    return new HeapInfo(name, aliases, type, traits);
  }

  /** Returns the bytes that the broker's buffers take of the heap. */
  public synchronized long usedBytes() {
    return usedBytes;
  }

  public BrokerSnapshot.HeapState snapshot() {
    Lingering lingering = lingering();
    synchronized (this) {
      return new StateRecords.HeapState(name, aliases, traits, backings, usedBytes, lingering);
    }
  }

  /** Asks the heap what lingers, outside the lock. */
  private Lingering lingering() {
    try {
      return heap.lingering();
    } catch (RuntimeException | LinkageError e) {
      EngineLog.LOG.log(Level.ERROR, "heap " + name + " threw when asked what lingers", e);
      return Lingering.NONE;
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
