package dev.dmabroker.remote.internal.page;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A word that a service and one client have in common. It counts the uses that the client makes of
 * one mapping, and says whether more may begin. Thread-safe.
 *
 * <p>Each word lies on a cache line of its own, with two hints behind it:
 *
 * <pre>
 * byte   0   bit 0        OPEN: a use may begin
 *            bit 1        RING: the end of a use is to be told, although the word is open
 *            bits 2..31   tag: the service's number of this opening of this word, not 0
 *            bits 32..47  how many uses are in
 *            bits 48..63  the client's own
 *        8   how many uses have begun; some may be missing, and all if the client's own bits
 *            change with each use
 *       16   when one of the latest uses began, by CLOCK_MONOTONIC in nanoseconds
 * </pre>
 *
 * <p>The count is above what the service says, so no carry and no borrow of it changes that,
 * whatever it is forged to. All zero is shut, with no use in: that is what a hole in the page reads
 * as. A use begins by adding {@link #ONE}; if the word was open with the tag that the client was
 * told, that was all. Otherwise the one is taken back just as a use ends, and the client asks. A
 * use ends by subtracting {@link #ONE}; if the word was shut then, or said RING, the client rings.
 * Both are one atomic operation. A client may compare the word in that operation, so that it has
 * nothing to take back.
 */
public class PageWord {
  /** From one word to the next. */
  public static final int BYTES = 64;

  /** Set while a use may begin. */
  public static final long OPEN = 1;

  /** Set if ends are to be told although the word is open. */
  public static final long RING = 2;

  /** One use in the count, which goes up to 65,535. */
  public static final long ONE = 1L << 32;

  /** The next value of the client's own bits. */
  public static final long OWN = 1L << 48;

  /** What the service says. */
  public static final long LOW = ONE - 1;

  /** The largest tag. */
  static final int MOST_TAG = (1 << 30) - 1;

  private static final int TAG_SHIFT = 2;
  private static final int COUNT_SHIFT = 32;
  private static final long COUNTS = 0xffff;
  private static final int OWN_SHIFT = 48;
  private static final int BEGUN = 8;
  private static final int TIME = 16;

  private static final VarHandle WORD;

  static {
    WORD = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  }

  /** The word with its hints. It is at hand here, as each further look takes time. */
  private final ByteBuffer bytes;

  /**
   * Makes one of the words of a page.
   *
   * @param page in native order, from a multiple of {@link #BYTES}
   */
  protected PageWord(ByteBuffer page, int number) {
    bytes = page.slice(number * BYTES, BYTES).order(ByteOrder.nativeOrder());
  }

  // ---- What a word says ----

  /** What the service says in a word with that tag that is open. */
  public static long open(int tag) {
    return shut(tag) | OPEN;
  }

  static long shut(int tag) {
    return Integer.toUnsignedLong(tag) << TAG_SHIFT;
  }

  /** Whether a use may begin. */
  public static boolean saysOpen(long word) {
    return (word & OPEN) != 0;
  }

  /** Which opening of the word this is. */
  public static int tagIn(long word) {
    return (int) (word & LOW) >>> TAG_SHIFT;
  }

  /** How many uses are in. */
  public static long countIn(long word) {
    return word >>> COUNT_SHIFT & COUNTS;
  }

  /** The client's own bits. */
  public static long ownIn(long word) {
    return word >>> OWN_SHIFT;
  }

  // ---- The word ----

  /** What the word is now. */
  public final long look() {
    return (long) WORD.getVolatile(bytes, 0);
  }

  /** Adds to the word, and returns what it was before. */
  protected final long add(long delta) {
    return (long) WORD.getAndAdd(bytes, 0, delta);
  }

  /** Changes the word if it is the one that was seen. */
  protected final boolean change(long seen, long next) {
    return WORD.compareAndSet(bytes, 0, seen, next);
  }

  final void setOpen() {
    long unused = (long) WORD.getAndBitwiseOr(bytes, 0, OPEN);
  }

  final void setShut() {
    long unused = (long) WORD.getAndBitwiseAnd(bytes, 0, ~OPEN);
  }

  // ---- The hints ----

  /** How many uses have begun, as far as the client says. */
  final long begun() {
    return (long) WORD.getOpaque(bytes, BEGUN);
  }

  /** Says how many uses have begun. */
  final void setBegun(long uses) {
    WORD.setOpaque(bytes, BEGUN, uses);
  }

  /** When a use began, as far as the client says. */
  final long time() {
    return (long) WORD.getOpaque(bytes, TIME);
  }

  /** Says when a use began, by {@link System#nanoTime}. */
  protected final void setTime(long nanos) {
    WORD.setOpaque(bytes, TIME, nanos);
  }
}
