package dev.dmabroker.internal.heap;

import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Holds memory that a heap gave, as the engine uses it. Backings are foreign code: each method here
 * throws {@link HeapException} and nothing else, whatever the backing throws. This class is
 * thread-safe.
 */
public final class HeapMemory {
  private final HeapAccount heap;
  private final Backing backing;
  private final long sizeBytes;
  private final HeapAccount.Release release;

  /** The ranges that may show this memory; guarded by the set itself. */
  private final Set<FixedRange> ranges = new HashSet<>(0);

  /** Holds memory of a size that the backing told when it was new. */
  public HeapMemory(HeapAccount heap, Backing backing, long sizeBytes) {
    this.heap = heap;
    this.backing = backing;
    this.sizeBytes = sizeBytes;
    this.release = heap.toRelease(backing, sizeBytes);
  }

  /** Returns the memory as extensions get it: movers and probes. */
  public Backing backing() {
    return backing;
  }

  /** Returns the bytes of the memory, as the heap said when it gave them. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** Returns the descriptor, which the memory owns; negative if there is none. */
  public int fd() throws HeapException {
    return Foreign.ask(backing::fd);
  }

  /** Returns a new descriptor, which the caller owns. */
  public int dupFd() throws HeapException {
    return Foreign.ask(backing::dupFd);
  }

  /** Returns a part of the memory as the CPU sees it. */
  public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
    return Foreign.ask(() -> backing.bytes(offsetBytes, lengthBytes));
  }

  public void beginCpuAccess(Access access) throws HeapException {
    Foreign.order(() -> backing.beginCpuAccess(access));
  }

  public void endCpuAccess(Access access) throws HeapException {
    Foreign.order(() -> backing.endCpuAccess(access));
  }

  /** Returns the fence that an access has to wait for; empty if there is none. */
  public Optional<SyncFile> pendingFence(Access access) throws HeapException {
    return Foreign.ask(() -> backing.pendingFence(access));
  }

  /** Returns what tells the memory from other memory; empty if nothing is known that does. */
  public Optional<Object> identity() throws HeapException {
    return Foreign.ask(backing::identity);
  }

  /** Notes that a range is about to show this memory, which is in use. */
  void addRange(FixedRange range) {
    synchronized (ranges) {
      ranges.add(range);
    }
  }

  /** Notes that a range shows this memory no more. */
  void removeRange(FixedRange range) {
    synchronized (ranges) {
      ranges.remove(range);
    }
  }

  /** Takes the memory out of all ranges, before it is given back. */
  void hide() {
    List<FixedRange> all;
    synchronized (ranges) {
      if (ranges.isEmpty()) {
        return;
      }
      all = new ArrayList<>(ranges);
    }
    all.forEach(range -> range.hide(this));
  }

  /** What is left of giving the memory back to its heap. */
  HeapAccount.Release toRelease() {
    return release;
  }

  /**
   * Gives the memory back to its heap, once. This calls the heap. If there is no stack or memory
   * for that, this throws and may be called again.
   */
  public void release() {
    heap.release(this);
  }
}
