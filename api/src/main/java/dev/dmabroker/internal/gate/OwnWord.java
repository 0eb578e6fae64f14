package dev.dmabroker.internal.gate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The fields of a use word, off its neighbours' cache lines. */
class OwnWordFields extends SlotPadding {
  /** See {@link OwnWord}. */
  @SuppressWarnings("UnusedVariable") // Written through the VarHandle.
  volatile long word;

  /** When the latest use began; racy, as only explanations and the order of evictions need it. */
  @SuppressWarnings("UnusedVariable") // Reached through the VarHandle.
  long sinceNanos;
}

/**
 * The word of a lease whose holder is in this JVM. Bit 0 is set while the word is open; the count
 * begins at bit 16, so that no count touches the bits below it. All zero is shut, with no use in.
 */
final class OwnWord extends OwnWordFields implements UseWord {
  private static final VarHandle WORD;
  private static final VarHandle SINCE;

  private static final long OPEN = 1;
  private static final int COUNT_SHIFT = 16;
  private static final long ONE = 1L << COUNT_SHIFT;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WORD = lookup.findVarHandle(OwnWordFields.class, "word", long.class);
      SINCE = lookup.findVarHandle(OwnWordFields.class, "sinceNanos", long.class);
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

  @Override
  public void start(boolean open, long nowNanos) {
    word = ONE | (open ? OPEN : 0);
    SINCE.setOpaque(this, nowNanos);
  }

  @Override
  public boolean tryBegin(long nowNanos) {
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

  @Override
  public long look() {
    return word;
  }

  @Override
  public boolean isOpen(long seen) {
    return (seen & OPEN) != 0;
  }

  @Override
  public long count(long seen) {
    return seen >>> COUNT_SHIFT;
  }

  @Override
  public boolean tryEnd(long seen) {
    return WORD.compareAndSet(this, seen, seen - ONE);
  }

  @Override
  public void open() {
    long unused = (long) WORD.getAndBitwiseOr(this, OPEN);
  }

  @Override
  public void shut() {
    long unused = (long) WORD.getAndBitwiseAnd(this, ~OPEN);
  }

  @Override
  public long since() {
    return (long) SINCE.getOpaque(this);
  }
}
