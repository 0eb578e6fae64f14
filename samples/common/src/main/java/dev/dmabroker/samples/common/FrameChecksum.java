package dev.dmabroker.samples.common;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A fast checksum that tells frames apart: 64 bits over every byte and its position. Four lanes run
 * side by side, so that one step need not wait for the other's multiplication. It is meant for
 * accidents, not for attackers, and its value depends on the machine's byte order. It keeps no
 * state, so any thread may compute one.
 */
public final class FrameChecksum {
  // Odd, so that multiplying loses nothing; bits of the golden ratio and of sqrt(2), no pattern.
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
  private static final long FINISHER = 0x6A09E667F3BCC909L;
  private static final int LANES = 4;

  private FrameChecksum() {}

  /**
   * {@return the checksum of the bytes from position to limit, neither of which changes}
   *
   * @param bytes the bytes
   */
  public static long of(ByteBuffer bytes) {
    ByteBuffer in = bytes.slice().order(ByteOrder.nativeOrder());
    int length = in.limit();
    long a = 1;
    long b = 2;
    long c = 3;
    long d = 4;
    int at = 0;
    for (; at <= length - LANES * Long.BYTES; at += LANES * Long.BYTES) {
      a = step(a, in.getLong(at));
      b = step(b, in.getLong(at + Long.BYTES));
      c = step(c, in.getLong(at + 2 * Long.BYTES));
      d = step(d, in.getLong(at + 3 * Long.BYTES));
    }
    for (; at <= length - Long.BYTES; at += Long.BYTES) {
      a = step(a, in.getLong(at));
    }
    long rest = 0;
    for (; at < length; at++) {
      rest = rest << Byte.SIZE | Byte.toUnsignedLong(in.get(at));
    }
    // One after the other, lest equal changes of two lanes cancel out.
    long sum = length;
    for (long part : new long[] {a, b, c, d, rest}) {
      sum = step(sum, part);
    }
    return finish(sum);
  }

  /**
   * A bijection of the lane for a given word and of the word for a given lane, so that one word
   * that differs always shows. Multiplying carries a difference upwards, the shift brings it down
   * again.
   */
  private static long step(long lane, long word) {
    long product = (lane ^ word) * MULTIPLIER;
    return product ^ product >>> 32;
  }

  /** Spreads the last steps over all bits, so that a part of the sum is a sum too. */
  private static long finish(long sum) {
    long mixed = (sum ^ sum >>> 32) * FINISHER;
    return mixed ^ mixed >>> 29;
  }
}
