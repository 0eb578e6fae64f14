package dev.dmabroker.internal;

import dev.dmabroker.Access;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** Keeps {@link SlotWord} off its neighbours' cache lines, 64 bytes and the prefetched next. */
@SuppressWarnings("unused")
class SlotPadding {
  private long p0;
  private long p1;
  private long p2;
  private long p3;
  private long p4;
  private long p5;
  private long p6;
  private long p7;
}

/** The fields of a slot that are written at each map. */
class SlotWord extends SlotPadding {
  /** Free: a multiple of 8. Taken: the same + 1 + the access's ordinal. Grows with each taking. */
  volatile long word;

  /** The token that the note below belongs to, written last. */
  volatile long noted;

  long sinceNanos;
  @Nullable Thread thread;
  @Nullable Throwable callSite;
}

/**
 * The place of one mapping at a {@link Gate}. Taking it gives a token that no later taking gives
 * again, so that leaving twice, or from any thread, takes effect once. Each transition is one
 * atomic operation on one word, and no object is made.
 */
final class Slot extends SlotWord {
  private static final VarHandle WORD;
  private static final int STEP = 8;
  private static final Access[] ACCESSES = Access.values();

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(SlotWord.class, "word", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused")
  private long q0;

  @SuppressWarnings("unused")
  private long q1;

  @SuppressWarnings("unused")
  private long q2;

  @SuppressWarnings("unused")
  private long q3;

  @SuppressWarnings("unused")
  private long q4;

  @SuppressWarnings("unused")
  private long q5;

  @SuppressWarnings("unused")
  private long q6;

  @SuppressWarnings("unused")
  private long q7;

  /** Takes the slot: its token, or 0 if it is taken. */
  @SuppressWarnings("EnumOrdinal") // Lives in memory only, and is read back by the same class.
  long tryTake(Access access) {
    long free = word;
    if (!isFree(free)) {
      return 0;
    }
    long token = free + STEP + 1 + access.ordinal();
    return WORD.compareAndSet(this, free, token) ? token : 0;
  }

  /** Frees the slot: false if this taking has ended already. */
  boolean leave(long token) {
    return WORD.compareAndSet(this, token, token & -STEP);
  }

  boolean isTakenBy(long token) {
    return word == token;
  }

  boolean isFree() {
    return isFree(word);
  }

  /** Writes down who took the slot. Read by others only to explain and to find a self-wait. */
  void note(long token, Thread who, @Nullable Throwable where) {
    thread = who;
    sinceNanos = System.nanoTime();
    callSite = where;
    noted = token;
  }

  /** Whether the slot is taken, and by this thread as far as is written down. */
  boolean isTakenBy(Thread candidate) {
    long token = word;
    return !isFree(token) && noted == token && thread == candidate;
  }

  static Access access(long token) {
    return ACCESSES[(int) (token & (STEP - 1)) - 1];
  }

  static boolean isFree(long word) {
    return (word & (STEP - 1)) == 0;
  }
}
