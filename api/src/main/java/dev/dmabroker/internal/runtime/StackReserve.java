package dev.dmabroker.internal.runtime;

/**
 * Makes sure of stack before something is taken that has to be given back. A thread near the end of
 * its stack finds none for the handler either, so it must not begin. Code that is called in between
 * may use up the stack: once it has thrown, what was made sure of here is there again.
 */
public final class StackReserve {
  /** How many frames are tried. Each takes 100 bytes or more, whichever compiler made it. */
  private static final int FRAMES = 160;

  private StackReserve() {}

  /**
   * Tries how much stack there is, which takes a fraction of a microsecond.
   *
   * @throws StackOverflowError if there are less than some 16 KiB
   */
  public static void require() {
    if (descend(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8, 9) == 0) {
      throw new IllegalStateException("the sum of what is positive is positive");
    }
  }

  /** The parameters are more than registers hold, and are needed after the call. */
  private static long descend(
      int frames, long a, long b, long c, long d, long e, long f, long g, long h, long i) {
    return frames == 0
        ? a
        : descend(frames - 1, b, c, d, e, f, g, h, i, a) + (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i);
  }
}
