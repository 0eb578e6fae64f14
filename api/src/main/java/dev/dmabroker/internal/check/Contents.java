package dev.dmabroker.internal.check;

import dev.dmabroker.ClosedException;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a buffer's contents: a sample of them, and whether anything has had the right to
 * write since. If nothing had, and the contents are others, then something wrote without the right.
 *
 * <p>Uses are mappings, CPU views and frames. One that writes is counted from before the
 * application gets it until after it has ended; so a sample that was taken while the count was
 * zero, and no use that writes has begun since, is still what has to be in the memory. Memory is
 * looked at without the monitor, and what was seen counts only if no use that writes has begun
 * meanwhile. This class is thread-safe.
 */
final class Contents {
  /** How many uses that write go on. */
  private int writers;

  /** How many uses that only read go on. */
  private int readers;

  /** How often something has got the right to write. */
  private long begun;

  /** Whether there may be uses that are not counted here; then nothing can be known. */
  private volatile boolean unknown;

  private @Nullable Seen seen;

  /**
   * What was seen in one place of the buffer.
   *
   * @param begun how often something had got the right to write until then
   * @param by the use that looked
   * @param where the code that had the look taken; null if there was no room to note that
   */
  record Seen(Sample sample, long begun, Subject by, @Nullable Throwable where) {}

  /**
   * Contents that changed without the right.
   *
   * @param before what was seen last
   * @param beside whether uses that only read go on
   */
  record Change(Seen before, boolean beside) {}

  /** A use begins, after a look at the contents. */
  synchronized void begin(Access access) {
    if (access.writes()) {
      writers++;
      begun++;
    } else {
      readers++;
    }
  }

  /** A use has ended. */
  synchronized void end(Access access) {
    if (access.writes()) {
      writers--;
    } else {
      readers--;
    }
  }

  /** The broker itself has overwritten the contents. */
  synchronized void overwritten() {
    begun++;
  }

  /** From now on there are uses that are not counted here. Takes no lock. */
  void forget() {
    unknown = true;
  }

  /**
   * Looks at the contents, which the mapping keeps in place. May block, as CPU access does. The
   * calling thread holds no lock.
   *
   * @param counted whether the use that looks is counted already, so that it may write
   * @param where the calling code; null if there was no room to note that
   * @return what changed without the right; null if nothing did, as far as is known
   * @throws HeapException if the memory cannot be looked at
   */
  @Nullable Change look(BufferMapping mapping, boolean counted, @Nullable Throwable where)
      throws HeapException {
    if (!isVisible(mapping.place())) {
      return null;
    }
    int mine = counted && mapping.access().writes() ? 1 : 0;
    Subject subject = Subject.of(mapping);
    long now;
    Seen before;
    synchronized (this) {
      if (!isQuiet(mine)) {
        return null;
      }
      now = begun;
      before = known(subject);
    }
    Look look = look(mapping, before);
    if (look == null) {
      return null;
    }
    synchronized (this) {
      if (!isQuiet(mine) || begun != now) {
        return null;
      }
      seen = new Seen(look.sample(), now, subject, where);
      return before == null || !look.changed() ? null : new Change(before, readers > 0);
    }
  }

  /** Whether what is seen now means something, if so many uses that write may go on. */
  private boolean isQuiet(int writing) {
    return !unknown && writers <= writing;
  }

  /** Adopted memory may have users that the broker does not know. */
  private static boolean isVisible(Place place) {
    return !place.isAdopted() && place.heap().traits().cpuReach().is(true);
  }

  /** What has to be in the memory of that use still; null if that is not known. */
  private @Nullable Seen known(Subject use) {
    return seen != null && seen.begun() == begun && seen.by().generation() == use.generation()
        ? seen
        : null;
  }

  /**
   * What is in the memory.
   *
   * @param changed whether that is not what was there before
   */
  private record Look(boolean changed, Sample sample) {}

  /** Looks into the memory; null if the mapping is being closed. */
  private static @Nullable Look look(BufferMapping mapping, @Nullable Seen before)
      throws HeapException {
    try {
      return mapping.attachment().buffer().ask(mapping, memory -> look(memory, before));
    } catch (ClosedException e) {
      return null;
    }
  }

  private static Look look(HeapMemory memory, @Nullable Seen before) throws HeapException {
    boolean same = before != null && before.sample().isStillIn(memory);
    return new Look(!same, same && before != null ? before.sample() : Sample.of(memory));
  }
}
