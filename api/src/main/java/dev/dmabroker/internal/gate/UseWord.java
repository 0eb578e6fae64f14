package dev.dmabroker.internal.gate;

/**
 * The word in which the uses of one {@linkplain BufferLease lease} are counted. While it is open,
 * uses may begin. The word lies in this JVM, or in memory that is shared with the process whose
 * uses it counts; then that process begins and ends them by itself.
 *
 * <p><b>Why a use and a move never both win.</b> A use begins by one atomic operation that adds to
 * the count and tells whether the word was open. A mover shuts the word first, and then looks at
 * the count. So either the use was added before the word was shut, and the mover sees it; or the
 * word was shut before, and no use begins.
 *
 * <p><b>Why the mover is always woken.</b> A use ends by one atomic operation that subtracts, and
 * that tells whether the word was shut then. If the mover saw the use, it had shut the word before,
 * so the end tells that it has to be reported. What was added to a word that was shut is taken back
 * like a use, as the mover may have seen it.
 */
public interface UseWord {
  /** Begins to count for a lease, with one use in it. Under the buffer's lock. */
  void start(boolean open, long nowNanos);

  /** Begins a use; false if the word is shut. If it throws, no use has begun. */
  boolean tryBegin(long nowNanos);

  /** The word, for the questions that follow. */
  long look();

  /** Whether uses may begin. */
  boolean isOpen(long seen);

  /** How many uses are in. */
  long count(long seen);

  /** Ends a use if the word is that one; otherwise nothing has changed. */
  boolean tryEnd(long seen);

  /** Uses may begin again. Under the buffer's lock. */
  void open();

  /** No use begins from now on. */
  void shut();

  /** When the latest use began, as far as is known. */
  long since();

  /** The lease is over: the word counts for it no more, and can count for another. */
  default void end() {}
}
