package dev.dmabroker.internal.gate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The fields of a use word, off its neighbours' cache lines. */
class UseWordFields extends SlotPadding {
  /** See {@link UseWord}. */
  volatile long word;

  /** When the latest use began; racy, as only explanations and the order of evictions need it. */
  @SuppressWarnings("UnusedVariable") // Reached through the VarHandle.
  long sinceNanos;
}

/**
 * The word in which the uses of one {@linkplain BufferLease lease} are counted. Bit 0 is set while
 * the word is open, so that uses may begin; the count begins at bit 16, so that no count touches
 * the bits below it. All zero is shut, with no use in.
 *
 * <p><b>Why a use and a move never both win.</b> A use begins by one atomic operation that compares
 * the word with an open one and adds to its count. A mover shuts the word first, and then looks at
 * the count. So either the use was added before the word was shut, and the mover sees it; or the
 * word was shut before, and no use begins.
 *
 * <p><b>Why the mover is always woken.</b> A use ends by one atomic operation that subtracts, and
 * that tells whether the word was shut then. If the mover saw the use, it had shut the word before,
 * so the end tells that it has to be reported.
 */
final class UseWord extends UseWordFields {
  private static final VarHandle WORD;
  private static final VarHandle SINCE;

  private static final long OPEN = 1;
  private static final int COUNT_SHIFT = 16;
  private static final long ONE = 1L << COUNT_SHIFT;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WORD = lookup.findVarHandle(UseWordFields.class, "word", long.class);
      SINCE = lookup.findVarHandle(UseWordFields.class, "sinceNanos", long.class);
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

  /** Makes a word with one use in it. */
  UseWord(boolean open, long sinceNanos) {
    this.word = ONE | (open ? OPEN : 0);
    this.sinceNanos = sinceNanos;
  }

  /** Begins a use; false if the word is shut. If it throws, no use has begun. */
  boolean tryBegin(long nowNanos) {
    long now = word;
    while (isOpen(now)) {
      if (WORD.compareAndSet(this, now, now + ONE)) {
        SINCE.setOpaque(this, nowNanos);
        return true;
      }
      now = word;
    }
    return false;
  }

  /** Ends a use if the word is this one; otherwise nothing has changed. */
  boolean tryEnd(long seen) {
    return WORD.compareAndSet(this, seen, seen - ONE);
  }

  void open() {
    long unused = (long) WORD.getAndBitwiseOr(this, OPEN);
  }

  void shut() {
    long unused = (long) WORD.getAndBitwiseAnd(this, ~OPEN);
  }

  boolean isOpen() {
    return isOpen(word);
  }

  static boolean isOpen(long word) {
    return (word & OPEN) != 0;
  }

  /** How many uses are in. */
  long count() {
    return count(word);
  }

  static long count(long word) {
    return word >>> COUNT_SHIFT;
  }

  /** When the latest use began. */
  long since() {
    return (long) SINCE.getOpaque(this);
  }
}
