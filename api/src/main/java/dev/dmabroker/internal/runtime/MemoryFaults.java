package dev.dmabroker.internal.runtime;

import java.nio.ByteBuffer;

/**
 * Finds out whether memory was gone when the calling thread touched it through a ByteBuffer. Memory
 * goes away under a mapping when another hand truncates the file behind it, or punches a hole into
 * memory that is not made anew.
 *
 * <p>HotSpot answers such an access with an {@link InternalError}, but late. The access itself does
 * nothing, a copy ends where it meets the fault, and the thread goes on. The error is thrown when
 * the thread next looks for what is asked of it, which compiled code may not do before it is far
 * away, for example in the midst of a change of state. JDK 17 looks when a call of the VM's runtime
 * returns; later ones also at the polls for safepoints. To make an array of arrays is such a call
 * in the interpreter and in both compilers, unless the lengths are constants. So a thread that
 * makes one gets the error that is due.
 */
public final class MemoryFaults {
  /** The smallest page of any system; larger ones are read at several places. */
  private static final int PAGE_BYTES = 4096;

  /** How many bytes are read before the thread looks for an error. */
  private static final int STEP_BYTES = 1 << 20;

  /** A length that no compiler knows, as it may change at any time. */
  private static volatile int none;

  /** What was made; otherwise a compiler might leave that out. */
  @SuppressWarnings("unused")
  private static volatile int[][] made = {};

  /** What was read, for that reason too. */
  @SuppressWarnings("unused")
  private static volatile int read;

  private MemoryFaults() {}

  /**
   * Throws the error that is due, if memory was gone when this thread touched it. Takes some 0.1
   * microseconds, and leaves an empty array.
   *
   * @throws InternalError if memory was gone
   */
  public static void surface() {
    made = new int[none][none];
  }

  /** Tells whether a part of the memory is gone. Reads from every page. */
  public static boolean areIn(ByteBuffer memory) {
    try {
      for (int at = 0; at < memory.limit(); at += STEP_BYTES) {
        touch(memory, at, Math.min(memory.limit() - at, STEP_BYTES));
      }
      return false;
    } catch (InternalError e) {
      return true;
    }
  }

  private static void touch(ByteBuffer memory, int offset, int length) {
    int sum = 0;
    for (int at = offset; at < offset + length; at += PAGE_BYTES) {
      sum += memory.get(at);
    }
    read = sum;
    surface();
  }
}
