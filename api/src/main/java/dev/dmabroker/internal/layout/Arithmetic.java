package dev.dmabroker.internal.layout;

import com.google.common.math.LongMath;
import dev.dmabroker.spec.PixelFormat;

/**
 * Computes with whole numbers as layouts and limits need them. All numbers are at least 0, and
 * divisors are at least 1.
 */
public final class Arithmetic {
  private Arithmetic() {}

  /** Returns the quotient, rounded up. */
  public static long ceilDiv(long a, long b) {
    return b == 1 ? a : a / b + (a % b == 0 ? 0 : 1);
  }

  /**
   * Returns the least multiple of the step that is not under the value.
   *
   * @throws ArithmeticException if the result is over 2^63
   */
  static long roundUp(long value, long step) {
    return step == 1 ? value : Math.multiplyExact(ceilDiv(value, step), step);
  }

  /**
   * Returns the least common multiple.
   *
   * @throws ArithmeticException if the result is over 2^63
   */
  static long lcm(long a, long b) {
    return a == b || b == 1 ? a : Math.multiplyExact(a / LongMath.gcd(a, b), b);
  }

  /** Returns the least common multiple; -1 if it is over 2^63. */
  static long lcmOrNone(long a, long b) {
    if (a % b == 0) {
      return a;
    }
    long factor = a / LongMath.gcd(a, b);
    return Math.multiplyHigh(factor, b) != 0 || factor * b < 0 ? -1 : factor * b;
  }

  /**
   * Returns the bytes that a row of {@code pixels} pixels takes in one plane.
   *
   * @throws ArithmeticException if they are over 2^63
   */
  static long rowBytes(PixelFormat.Plane shape, long pixels) {
    return Math.multiplyExact(ceilDiv(pixels, shape.pixelsPerGroup()), shape.bytesPerGroup());
  }
}
