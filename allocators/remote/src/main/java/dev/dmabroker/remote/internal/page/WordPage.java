package dev.dmabroker.remote.internal.page;

import dev.dmabroker.allocators.linux.SharedMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The page of words that a service and one client have in common. A word counts the uses that the
 * client makes of one mapping, and says whether more may begin. Thread-safe.
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
 * <p>The count is above, so no carry and no borrow of it changes the bits below, whatever it is
 * forged to. All zero is shut, with no use in: that is what a hole in the page reads as. A use
 * begins by adding {@link #ONE}; if the word was open with the tag that the client was told, that
 * was all. Otherwise the one is taken back just as a use ends, and the client asks. A use ends by
 * subtracting {@link #ONE}; if the word was shut then, or said RING, the client rings. Both are one
 * atomic operation.
 */
public final class WordPage {
  /** From one word to the next. */
  public static final int WORD_BYTES = 64;

  /** Set while a use may begin. */
  public static final long OPEN = 1;

  /** Set if ends are to be told although the word is open. */
  public static final long RING = 2;

  /** One use in the count, which goes up to 65,535. */
  public static final long ONE = 1L << 32;

  /** The next value of the client's own bits. */
  public static final long OWN = 1L << 48;

  /** The bits that are not the count. */
  public static final long LOW = ONE - 1;

  /** The bits of {@link #LOW} that no other bit is in: the largest tag. */
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

  private final ByteBuffer bytes;

  /** A page in that memory. */
  public WordPage(SharedMemory memory) {
    this.bytes = memory.bytes();
  }

  /** How many words there are. */
  public int words() {
    return bytes.capacity() / WORD_BYTES;
  }

  // ---- What a word says ----

  /** The low bits of a word with that tag that is open. */
  public static long open(int tag) {
    return shut(tag) | OPEN;
  }

  static long shut(int tag) {
    return Integer.toUnsignedLong(tag) << TAG_SHIFT;
  }

  /** Whether a use may begin. */
  public static boolean isOpen(long word) {
    return (word & OPEN) != 0;
  }

  /** Which opening of the word this is. */
  public static int tag(long word) {
    return (int) (word & LOW) >>> TAG_SHIFT;
  }

  /** How many uses are in. */
  public static long count(long word) {
    return word >>> COUNT_SHIFT & COUNTS;
  }

  /** The client's own bits. */
  public static long own(long word) {
    return word >>> OWN_SHIFT;
  }

  // ---- The words ----

  private static int at(int word) {
    return word * WORD_BYTES;
  }

  /** What a word is now. */
  public long look(int word) {
    return (long) WORD.getVolatile(bytes, at(word));
  }

  /** Adds to a word, and returns what it was before. */
  public long add(int word, long delta) {
    return (long) WORD.getAndAdd(bytes, at(word), delta);
  }

  /** Changes a word if it is the one that was seen. */
  public boolean change(int word, long seen, long next) {
    return WORD.compareAndSet(bytes, at(word), seen, next);
  }

  void setOpen(int word) {
    long unused = (long) WORD.getAndBitwiseOr(bytes, at(word), OPEN);
  }

  void setShut(int word) {
    long unused = (long) WORD.getAndBitwiseAnd(bytes, at(word), ~OPEN);
  }

  // ---- The hints ----

  /** Counts a use that has begun. */
  void countBegun(int word) {
    WORD.setOpaque(bytes, at(word) + BEGUN, begun(word) + 1);
  }

  /** How many uses have begun, as far as the client says. */
  long begun(int word) {
    return (long) WORD.getOpaque(bytes, at(word) + BEGUN);
  }

  /** Writes down when a use began, by {@link System#nanoTime}. */
  public void noteTime(int word, long nanos) {
    WORD.setOpaque(bytes, at(word) + TIME, nanos);
  }

  long time(int word) {
    return (long) WORD.getOpaque(bytes, at(word) + TIME);
  }
}
