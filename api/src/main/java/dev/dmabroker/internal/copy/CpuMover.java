package dev.dmabroker.internal.copy;

import dev.dmabroker.internal.runtime.Crew;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.World;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import java.lang.System.Logger.Level;
import java.util.function.LongSupplier;

/**
 * Copies a buffer's contents with the CPU. CPU access begins on both sides before a copy, and its
 * end is reached whatever happens. Large copies use several threads if that has been found to be
 * faster. When {@link #copy} returns or throws, no thread writes to the target any more. This class
 * is thread-safe; it blocks for as long as the copy takes, interrupted or not.
 */
public final class CpuMover implements Mover {
  /**
   * From this size on several threads are considered. Copying less takes some 0.2 ms, of which a
   * second thread saves no more than it takes to wake it.
   */
  static final int LARGE_BYTES = 4 << 20;

  /**
   * The most bytes that a trial copies. Memory that the CPU does not cache may take 0.1 s for them.
   */
  private static final int TRIAL_BYTES = 8 << 20;

  /**
   * The most threads of one copy. More would use up what the memory can give, and what the pipeline
   * needs.
   */
  private static final int MOST_THREADS = 4;

  private final CrewSize size;
  private final Crew crew;
  private final LongSupplier nanoTime;

  public CpuMover() {
    this(Math.min(Runtime.getRuntime().availableProcessors(), MOST_THREADS));
  }

  private CpuMover(int mostThreads) {
    this(new CrewSize(mostThreads), new Crew(Math.max(1, mostThreads - 1)));
  }

  /** Makes a mover with a number of threads that may be decided already. */
  public CpuMover(CrewSize size, Crew crew) {
    this(size, crew, World.here().time()::nanos);
  }

  /** Makes a mover that measures trials with {@code nanoTime}. */
  public CpuMover(CrewSize size, Crew crew, LongSupplier nanoTime) {
    this.size = size;
    this.crew = crew;
    this.nanoTime = nanoTime;
  }

  @Override
  public String name() {
    return "cpu";
  }

  /**
   * Maps both sides for the CPU, for heaps do that when they are first asked for bytes. If the copy
   * is large, threads are made to stand by; the first time this also measures whether they are
   * worth it, by copying inside the target, which takes some ten milliseconds. A refusal is left to
   * {@link #copy}, which may not be needed.
   */
  @Override
  public void prepare(Copy copy) {
    try {
      copy.from().bytes(0, 1);
      copy.to().bytes(0, 1);
      if (CopyParts.sizeBytes(copy) >= LARGE_BYTES) {
        if (size.isUndecided()) {
          size.decide(trialIn(copy.to()));
        }
        if (size.threads() > 1) {
          crew.standBy();
        }
      }
    } catch (HeapException e) {
      EngineLog.LOG.log(Level.DEBUG, "preparing a copy failed", e);
    }
  }

  @Override
  public long copy(Copy copy) throws HeapException {
    try (Bracket reading = new Bracket(copy.from(), Access.READ);
        Bracket writing = new Bracket(copy.to(), Access.OVERWRITE)) {
      CopyParts parts = CopyParts.of(copy);
      int threads = parts.sizeBytes() >= LARGE_BYTES ? size.threads() : 1;
      crew.run(parts.count(), parts::copy, threads);
      return parts.sizeBytes();
    }
  }

  @Override
  public String toString() {
    return "the mover that copies by CPU";
  }

  /** Returns a trial that copies inside the target. The contents of the target do not count yet. */
  private CrewSize.Trial trialIn(Backing target) {
    return threads -> {
      try (Bracket both = new Bracket(target, Access.READ_WRITE)) {
        CopyParts parts = CopyParts.inside(target, TRIAL_BYTES);
        long start = nanoTime.getAsLong();
        crew.run(parts.count(), parts::copy, threads);
        return nanoTime.getAsLong() - start;
      }
    };
  }

  /** Brackets CPU access to one memory, so that each begin has its end. */
  private static final class Bracket implements AutoCloseable {
    private final Backing backing;
    private final Access access;

    Bracket(Backing backing, Access access) throws HeapException {
      this.backing = backing;
      this.access = access;
      backing.beginCpuAccess(access);
    }

    @Override
    public void close() throws HeapException {
      backing.endCpuAccess(access);
    }
  }
}
