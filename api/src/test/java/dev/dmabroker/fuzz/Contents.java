package dev.dmabroker.fuzz;

import dev.dmabroker.spec.Layout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * What may be read of one buffer: what the last change left that ended before the read began, or
 * what any change left that overlaps with the read. Changes are writes, and what gives the memory
 * back; one at a time has the turn. A mapping with OVERWRITE may lose the contents at any time from
 * the call until the mapping is granted or refused.
 */
final class Contents implements Stamped {
  private static final long UNKNOWN = -1;

  private final Semaphore turn = new Semaphore(1);
  private final List<Long> begun = new ArrayList<>();
  private int ended;
  private int losing;

  /** Contents of a buffer that has been {@linkplain Stamps#ZERO zeros} so far, or written. */
  Contents(long value) {
    begun.add(value);
  }

  /** Something that changes the contents. */
  interface Change {
    /** Makes the change; what it throws says that there was none. */
    void make() throws Exception;
  }

  @Override
  public synchronized int mark() {
    return ended;
  }

  @Override
  public void check(ByteBuffer bytes, Layout layout, int mark, String where) {
    long[] found = Stamps.read(bytes, layout);
    List<Long> possible;
    synchronized (this) { // After the read, so that no change is missed that was seen.
      possible = losing > 0 ? List.of(UNKNOWN) : List.copyOf(begun.subList(mark, begun.size()));
    }
    for (int i = 0; i < found.length; i++) {
      int index = i;
      if (Stamps.isReleased(found[i])
          || possible.stream().noneMatch(value -> isPossible(found[index], value, index))) {
        throw new Finding(
            String.format(
                "%s: stamp %d of %d is %x instead of one of %s",
                where,
                i,
                found.length,
                found[i],
                possible.stream().map(Long::toHexString).toList()));
      }
    }
  }

  private static boolean isPossible(long found, long value, int index) {
    return value == UNKNOWN || found == Stamps.stamp(value, index);
  }

  /** Writes the value, unless another thread changes the contents. */
  @Override
  public void write(ByteBuffer bytes, Layout layout, long value) {
    if (turn.tryAcquire()) {
      try {
        begin(value);
        Stamps.write(bytes, layout, value);
        end();
      } finally {
        turn.release();
      }
    }
  }

  /**
   * A change that leaves zeros, unless another thread changes the contents; or none if it fails.
   */
  void clear(Change change) throws Exception {
    change(Stamps.ZERO, change);
  }

  private void change(long value, Change change) throws Exception {
    if (!turn.tryAcquire()) {
      throw new Skip();
    }
    try {
      begin(value);
      boolean done = false;
      try {
        change.make();
        done = true;
      } finally {
        if (!done) {
          undo();
        }
        end();
      }
    } finally {
      turn.release();
    }
  }

  /** Gets the contents of another buffer; unknown ones if the copy fails. */
  void copyFrom(Contents source, Change copy) throws Exception {
    if (!source.turn.tryAcquire()) {
      throw new Skip();
    }
    try {
      overwrite(() -> change(source.now(), copy));
    } finally {
      source.turn.release();
    }
  }

  private synchronized long now() {
    return losing > 0 ? UNKNOWN : begun.get(ended);
  }

  /** Does what loses the contents at some time before it ends. */
  <T> T overwriting(java.util.concurrent.Callable<T> call) throws Exception {
    beginLosing();
    try {
      return call.call();
    } finally {
      endLosing();
    }
  }

  private void overwrite(Change call) throws Exception {
    beginLosing();
    boolean done = false;
    try {
      call.make();
      done = true;
    } finally {
      if (done) {
        forgetLosing();
      } else {
        endLosing();
      }
    }
  }

  synchronized void beginLosing() {
    losing++;
  }

  /** From now on the contents are unknown until the next change. */
  synchronized void endLosing() {
    begin(UNKNOWN);
    end();
    losing--;
  }

  private synchronized void forgetLosing() {
    losing--;
  }

  private synchronized void begin(long value) {
    begun.add(value);
  }

  private synchronized void end() {
    ended = begun.size() - 1;
  }

  private synchronized void undo() {
    begun.add(begun.get(ended));
  }
}
