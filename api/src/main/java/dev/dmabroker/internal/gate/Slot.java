package dev.dmabroker.internal.gate;

import dev.dmabroker.internal.watch.Leaks;
import dev.dmabroker.spec.Access;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** The fields of a slot that are written at each map. */
class SlotWord extends SlotPadding {
  /** Free: a multiple of 16. Taken: see {@link Slot#tryTake}. Grows with each taking. */
  volatile long word;

  /** The token that the note below belongs to, written last. */
  @SuppressWarnings("UnusedVariable") // Reached through the VarHandle.
  long noted;

  long sinceNanos;

  /** What {@link dev.dmabroker.internal.runtime.Caller#current} gave. */
  @Nullable Object thread;

  /** {@link #thread} if no other thread has the mapping, as far as is known; null otherwise. */
  @Nullable Object owner;

  /**
   * Where the slot was taken, which is noted now and then. It is volatile because a thread that
   * explains may meet one that a later taking has just written, and must not find it half made.
   */
  volatile @Nullable Throwable callSite;

  /** The token that the call site belongs to: so most takings need not write either. */
  long sited;
}

/**
 * The place of one mapping at a {@link Gate}. Taking it gives a token that no later taking gives
 * again, so that leaving twice, or from any thread, takes effect once. Each transition is one
 * atomic operation on one word, and no object is made.
 */
final class Slot extends SlotWord {
  private static final VarHandle WORD;
  private static final VarHandle NOTED;

  /** From one value of a free slot's word to the next. */
  static final int STEP = 16;

  /** The access, from 1. */
  private static final int ACCESS = 7;

  /** Whoever had the mapping is done with it; a fence is waited for. */
  private static final int FENCED = 8;

  private static final Access[] ACCESSES = Access.values();

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WORD = lookup.findVarHandle(SlotWord.class, "word", long.class);
      NOTED = lookup.findVarHandle(SlotWord.class, "noted", long.class);
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
  long tryTake(Access access) {
    long free = word;
    if (!isFree(free)) {
      return 0;
    }
    long token = token(free, access);
    return tryTake(free, token) ? token : 0;
  }

  /**
   * The word of the slot if it is free and was not taken since it was last noted, as it is when one
   * thread maps again and again. A guess that {@link #tryTake(long, long)} proves or refutes; to
   * read the word itself takes longer, as a CPU has to wait for its own atomic operation on it.
   */
  long guessFree() {
    return noted & -STEP;
  }

  /** The word of a slot that is taken with that access when its word is {@code free}. */
  @SuppressWarnings("EnumOrdinal") // Lives in memory only, and is read back by the same class.
  static long token(long free, Access access) {
    return free + STEP + 1 + access.ordinal();
  }

  /**
   * Takes the slot if its word is {@code free}.
   *
   * @param free a value that a free slot may have, be it read or guessed
   */
  boolean tryTake(long free, long token) {
    return WORD.compareAndSet(this, free, token);
  }

  /** Frees the slot, fenced or not: false if this taking has ended already. */
  boolean leave(long token) {
    return WORD.compareAndSet(this, token, token & -STEP);
  }

  /** Ends the right of use, and leaves the slot taken: false if that right has ended already. */
  boolean fence(long token) {
    return WORD.compareAndSet(this, token, token | FENCED);
  }

  /** Gives the right of use back that {@link #fence} has ended. */
  void unfence(long token) {
    WORD.compareAndSet(this, token | FENCED, token);
  }

  /** The fence has signalled. */
  boolean leaveFenced(long token) {
    return leave(token | FENCED);
  }

  /** Whether this taking's right of use goes on. */
  boolean isTakenBy(long token) {
    return word == token;
  }

  boolean isFree() {
    return isFree(word);
  }

  /** Whether it is taken by a mapping that may write. */
  boolean isWriting() {
    long now = word;
    return !isFree(now) && access(now).writes();
  }

  /**
   * Writes down which caller took the slot. Others read this only to explain and to find a
   * self-wait. References are written only if they change, as the garbage collector has a part in
   * that; and the token each time, as it is also what the next {@linkplain #guessFree guess} is
   * made from.
   *
   * @param own whether the caller alone has the mapping, as far as is known
   */
  @SuppressWarnings("ReferenceEquality")
  void note(long token, Object caller, boolean own, long nowNanos) {
    if (!own || owner != caller) {
      noteThread(caller, own);
    }
    sinceNanos = nowNanos;
    NOTED.setRelease(this, token);
  }

  private void noteThread(Object caller, boolean own) {
    thread = caller;
    owner = own ? caller : null;
  }

  /** Writes down where that is, before {@link #note}. */
  void noteSite(long token, Throwable where) {
    callSite = where;
    sited = token;
  }

  /** Where this taking began, if that was noted. */
  @Nullable Throwable callSite(long token) {
    return isNoted(token) && sited == (token & ~FENCED) ? callSite : null;
  }

  /**
   * The caller has got the mapping, which was noted for another thread or for none. If it was noted
   * where that thread made the mapping, it is noted instead where the caller got it.
   */
  @SuppressWarnings("ReferenceEquality")
  void hand(long token, Object caller) {
    if (word != token) {
      return;
    }
    Throwable here = thread != caller && callSite(token) != null ? Leaks.here("got here") : null;
    if (here != null) {
      noteSite(token, here);
    }
    noteThread(caller, /* own= */ true);
  }

  /** Whether what is written down is of this taking. */
  boolean isNoted(long token) {
    return (long) NOTED.getAcquire(this) == (token & ~FENCED);
  }

  /** How often it has been taken. */
  long takings() {
    return word / STEP;
  }

  boolean wasUsed() {
    return (long) NOTED.getAcquire(this) != 0;
  }

  /** Whether the slot is taken, and by this thread as far as is written down. */
  @SuppressWarnings("ReferenceEquality")
  boolean isTakenBy(Object candidate, boolean writing) {
    long token = word;
    return !isFree(token)
        && !isFenced(token) // The thread has nothing to do with it any more.
        && (!writing || access(token).writes())
        && isNoted(token)
        && owner == candidate;
  }

  static Access access(long token) {
    return ACCESSES[(int) (token & ACCESS) - 1];
  }

  static boolean isFenced(long token) {
    return (token & FENCED) != 0;
  }

  static boolean isFree(long word) {
    return (word & ACCESS) == 0;
  }
}
