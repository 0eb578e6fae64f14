package dev.dmabroker.internal.check;

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
 * <p>Uses are mappings and CPU views. One that writes is counted from before the application gets
 * it until after it has ended; so a sample that was taken while the count was zero, and no use that
 * writes has begun since, is still what has to be in the memory. Memory is looked at without the
 * monitor, and what was seen counts only if no use that writes has begun meanwhile. This class is
 * thread-safe.
 */
final class Contents {
  /** How many uses that write go on. */
  private int writers;

  /** How many uses that only read go on. */
  private int readers;

  /** How many uses that write have begun. */
  private long begun;

  /** Whether there may be uses that are not counted here; then nothing can be known. */
  private boolean unknown;

  private @Nullable Seen seen;

  /**
   * What was seen in one place of the buffer.
   *
   * @param begun how many uses that write had begun until then
   * @param by the use that looked
   * @param where the code that had the look taken; null if there was no room to note that
   */
  record Seen(Sample sample, long begun, Use by, @Nullable Throwable where) {}

  /**
   * Contents that changed without the right.
   *
   * @param before what was seen last
   * @param readers how many uses that only read go on, besides the one that looks
   */
  record Change(Seen before, int readers) {}

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

  /** From now on there are uses that are not counted here. */
  synchronized void forget() {
    unknown = true;
    seen = null;
  }

  /** Whether what is seen now means something, if so many uses that write may go on. */
  private boolean isQuiet(int writing) {
    return !unknown && writers <= writing;
  }

  /**
   * Looks at the contents, which the mapping keeps in place. May block, as CPU access does.
   *
   * @param counted whether the mapping, or the view of it that looks, is counted already
   * @param where the calling code; null if there was no room to note that
   * @return what changed without the right; null if nothing did, as far as is known
   */
  @Nullable Change look(BufferMapping mapping, boolean counted, @Nullable Throwable where)
      throws HeapException {
    if (!isVisible(mapping.place())) {
      return null;
    }
    int mine = counted ? 1 : 0;
    boolean writes = mapping.access().writes();
    Use use = Use.of(mapping);
    long now;
    Seen before;
    synchronized (this) {
      if (!isQuiet(writes ? mine : 0)) {
        return null;
      }
      now = begun;
      before = known(use, now);
    }
    HeapMemory memory = mapping.place().memory();
    boolean changed = before != null && !before.sample().isStillIn(memory);
    Sample sample = before == null || changed ? Sample.of(memory) : before.sample();
    synchronized (this) {
      if (!isQuiet(writes ? mine : 0) || begun != now) {
        return null;
      }
      seen = new Seen(sample, now, use, where);
      return before != null && changed
          ? new Change(before, writes ? readers : readers - mine)
          : null;
    }
  }

  /** Adopted memory may have another user, whom the broker does not know. */
  private static boolean isVisible(Place place) {
    return !place.isAdopted() && place.heap().traits().cpuReach().is(true);
  }

  /** What has to be in the memory of that use still; null if that is not known. */
  private @Nullable Seen known(Use use, long now) {
    return seen != null && seen.begun() == now && seen.by().generation() == use.generation()
        ? seen
        : null;
  }
}
