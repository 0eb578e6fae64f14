package dev.dmabroker.internal.heap;

import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.internal.runtime.MemoryFaults;
import dev.dmabroker.internal.runtime.StackReserve;
import dev.dmabroker.internal.runtime.StateLock;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.internal.runtime.Workers;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapInfo;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Lingering;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps account of a heap: which memory the broker has out of it, so that the heap is closed after
 * the last of it has come back. Heaps are foreign code, so what they answer and throw is checked
 * here. This class is thread-safe.
 */
public final class HeapAccount extends StateLock {
  private final Heap heap;
  private final HeapInfo info;
  private final String name;

  private final WorkerTurns turns;

  private int backings;
  private long usedBytes;

  /** The bytes that the heap is being asked for: some may be taken of it and not be counted yet. */
  private long askedBytes;

  /** The bytes that others had taken at the last look; 0 if that is not known. */
  private volatile long othersBytes;

  /** Why the heap gives no more memory; null as long as it does. */
  private @Nullable String retired;

  /** Why the heap vanished; null unless it did. */
  private volatile @Nullable String vanished;

  private boolean closed;

  /**
   * Keeps account of a heap, which is asked here for what it tells of itself.
   *
   * @throws IllegalStateException if the heap throws anything, or tells nothing
   */
  public HeapAccount(Heap heap) {
    this.heap = heap;
    try {
      this.info =
          Foreign.ask(() -> new HeapInfo(heap.name(), heap.aliases(), heap.type(), heap.traits()));
    } catch (HeapException e) {
      throw new IllegalStateException(
          "a heap of "
              + heap.getClass()
              + ", when asked for its name and traits, "
              + e.getMessage(),
          e);
    }
    this.name = info.name();
    this.turns =
        new WorkerTurns(
            "it waits for heap "
                + name
                + ", which has not answered the "
                + WorkerTurns.MOST
                + " calls before,");
  }

  public String name() {
    return name;
  }

  Heap heap() {
    return heap;
  }

  /** Returns the reason why the heap vanished; empty unless it did. */
  public Optional<String> vanished() {
    return Optional.ofNullable(vanished);
  }

  /** Returns what is left in a heap that vanished, in words that go on after it. */
  public synchronized String describeLeft() {
    return backings == 0
        ? ""
        : "; "
            + backings
            + " allocations of "
            + usedBytes
            + " bytes lie there still, and stay usable until their buffers move or end";
  }

  /** Returns the heap with its type and traits, in words. */
  public String describe() {
    return name + " of type " + info.type() + ": " + info.traits();
  }

  /** Returns all names that the heap goes by. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    names.add(name);
    names.addAll(info.aliases());
    return names;
  }

  public HeapTraits traits() {
    return info.traits();
  }

  /**
   * Asks the heap for memory, and distrusts its answer.
   *
   * @throws HeapException also if the heap's memory is aligned to less than is asked for, or if the
   *     heap does what it must not do: throws anything else, or gives too little
   */
  public HeapMemory allocate(Heap.Request request) throws HeapException {
    StackReserve.require();
    request.requireAlignment(info.traits().alignmentBytes());
    Release undo =
        new Release(null, 0); // There may be no memory for it once the heap has answered.
    long asked = request.sizeBytes();
    synchronized (this) {
      if (retired != null) {
        throw new HeapException(HeapException.Kind.FAILED, retired);
      }
      backings++; // This keeps the heap open while it is being asked.
      askedBytes += asked;
    }
    try {
      Backing backing = Foreign.ask(() -> heap.allocate(request));
      undo.backing = backing;
      Foreign.order(MemoryFaults::surface); // The heap may have cleared the memory.
      long got = Foreign.ask(backing::sizeBytes);
      if (got < request.sizeBytes()) {
        throw new HeapException(
            HeapException.Kind.FAILED, "gave " + got + " bytes instead of " + request.sizeBytes());
      }
      HeapMemory memory = new HeapMemory(this, backing, got);
      synchronized (this) {
        usedBytes += got;
      }
      return memory;
    } catch (Throwable t) {
      Guarded.insist("giving back what an allocation took", undo);
      throw t;
    } finally {
      synchronized (this) {
        askedBytes -= asked;
      }
    }
  }

  /**
   * Asks the heap as {@link #allocate} does, but a worker asks only if it has a turn. A thread of
   * the application needs none, as it keeps no other thread from its work.
   *
   * @throws NoTurnException if this is a worker, and {@link WorkerTurns#MOST} are at the heap
   *     already
   */
  public HeapMemory allocateInTurn(Heap.Request request) throws HeapException, NoTurnException {
    if (!Workers.isWorker()) {
      return allocate(request);
    }
    return turns.inTurn(() -> allocate(request));
  }

  /** Returns the turns of workers at the heap. */
  public WorkerTurns turns() {
    return turns;
  }

  /**
   * Gives back what {@link #allocate} returned. A thread of the application does that itself, and
   * so does a worker that has a turn. Otherwise a worker does it as soon as it has a turn, and this
   * does not wait for it.
   */
  void release(HeapMemory memory) {
    Workers own = Workers.ofCaller();
    if (own == null) {
      releaseNow(memory);
    } else if (Workers.isWorker()) {
      releaseInTurn(own, memory);
    } else {
      own.execute(() -> insist(own, memory));
    }
  }

  /** Does what {@link #releaseInTurn} does where no effect would be done again if it threw. */
  private void insist(Workers own, HeapMemory memory) {
    Guarded.insist("giving memory back to heap " + name, () -> releaseInTurn(own, memory));
  }

  private void releaseInTurn(Workers own, HeapMemory memory) {
    try {
      turns.inTurn(
          () -> {
            releaseNow(memory);
            return memory;
          });
    } catch (NoTurnException e) {
      e.awaitTurn(own::execute, () -> insist(own, memory));
    }
  }

  private void releaseNow(HeapMemory memory) {
    memory.hide();
    release(memory.toRelease());
  }

  /** Does what is left of giving memory back. */
  private void release(Release release) {
    Backing backing = release.backing;
    if (backing != null) {
      try {
        release.backing = null; // Whatever the heap throws, it is not asked twice.
        backing.release();
      } catch (Throwable e) {
        EngineLog.LOG.log(
            Level.ERROR, "heap " + name + " threw while memory was given back to it", e);
      }
    }
    count(release);
    closeIfOver();
  }

  /** Counts memory that is out no more. */
  private synchronized void count(Release release) {
    signal();
    if (!release.counted) {
      release.counted = true;
      backings--;
      usedBytes -= release.sizeBytes;
    }
  }

  /** Prepares to give memory back. */
  Release toRelease(Backing backing, long sizeBytes) {
    return new Release(backing, sizeBytes);
  }

  /** Memory on its way back to the heap. One thread after the other gives it back. */
  final class Release implements Runnable {
    /** What the heap is to get back; null if it gave nothing, or has got it. */
    private @Nullable Backing backing;

    private final long sizeBytes;
    private boolean counted;

    private Release(@Nullable Backing backing, long sizeBytes) {
      this.backing = backing;
      this.sizeBytes = sizeBytes;
    }

    @Override
    public void run() {
      release(this);
    }
  }

  /**
   * Blocks until none of the heap's memory is out. Memory is out from the call that asks for it to
   * the end of the call that gives it back.
   *
   * @return false if some was still out after {@code nanos}
   */
  public boolean awaitReturns(long nanos, Time time) throws InterruptedException {
    return await(() -> backings == 0, nanos, time);
  }

  /** Tells whether memory is out, as {@link #awaitReturns} counts it. */
  public synchronized boolean hasMemoryOut() {
    return backings > 0;
  }

  /** Closes the heap as soon as none of its memory is out. */
  public void retire() {
    retire("the broker is closed");
  }

  /** Does what {@link #retire()} does, as the heap is there no more. Its memory stays valid. */
  public void vanish(String why) {
    vanished = why;
    retire("the heap vanished: " + why);
  }

  private void retire(String why) {
    synchronized (this) {
      retired = why;
    }
    closeIfOver();
  }

  /** Closes a retired heap, once none of its memory is out. */
  private void closeIfOver() {
    synchronized (this) {
      if (retired == null || backings > 0 || closed) {
        return;
      }
      closed = true;
    }
    try {
      heap.close();
    } catch (Throwable e) {
      EngineLog.LOG.log(Level.ERROR, "heap " + name + " threw while it was closed", e);
    }
  }

  public HeapInfo info() {
    return info;
  }

  /** Returns the bytes that the broker's buffers take of the heap. */
  public synchronized long usedBytes() {
    return usedBytes;
  }

  /** Returns the bytes that others had taken at the last {@link #look}; 0 if that is not known. */
  public long othersBytes() {
    return othersBytes;
  }

  /**
   * Asks the heap how much is left, so it must not run under a lock. What is neither left nor the
   * broker's is others'. While the heap is asked the broker may take memory of it and give some
   * back; the most that it had counts, so that its own memory never counts as others'.
   *
   * @return whether others take more or less than before
   */
  public boolean look() {
    Long capacity = traits().capacityBytes().value();
    OptionalLong left = OptionalLong.empty();
    long own = ownBytes();
    try {
      left = Foreign.ask(heap::leftBytes);
    } catch (HeapException e) {
      EngineLog.LOG.log(Level.DEBUG, "heap " + name + " does not tell what is left", e);
    }
    own = Math.max(own, ownBytes());
    long before = othersBytes;
    othersBytes =
        capacity == null || left.isEmpty()
            ? 0
            : Math.max(0, capacity - Math.max(0, left.getAsLong()) - own);
    return othersBytes != before;
  }

  /** The bytes that the broker may have of the heap: those that it has, and those that it gets. */
  private synchronized long ownBytes() {
    return usedBytes + askedBytes;
  }

  public BrokerSnapshot.HeapState snapshot() {
    Lingering lingering = lingering();
    synchronized (this) {
      return new StateRecords.HeapState(
          name,
          info.aliases(),
          info.traits(),
          backings,
          usedBytes,
          othersBytes,
          lingering,
          vanished());
    }
  }

  /** Asks the heap what lingers, outside the lock. */
  private Lingering lingering() {
    try {
      return Objects.requireNonNull(heap.lingering(), "the answer is null");
    } catch (Throwable t) {
      EngineLog.LOG.log(Level.ERROR, "heap " + name + " threw when asked what lingers", t);
      return Lingering.NONE;
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
