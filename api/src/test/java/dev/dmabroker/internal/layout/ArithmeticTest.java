package dev.dmabroker.internal.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.spec.PixelFormat;
import org.junit.jupiter.api.Test;

/** Rounding and common multiples, up to the largest numbers. */
class ArithmeticTest {
  @Test
  void quotientsAreRoundedUp() {
    assertEquals(0, Arithmetic.ceilDiv(0, 5));
    assertEquals(1, Arithmetic.ceilDiv(1, 5));
    assertEquals(1, Arithmetic.ceilDiv(5, 5));
    assertEquals(2, Arithmetic.ceilDiv(6, 5));
    assertEquals(Long.MAX_VALUE, Arithmetic.ceilDiv(Long.MAX_VALUE, 1));
    assertEquals(1L << 62, Arithmetic.ceilDiv(Long.MAX_VALUE, 2));
  }

  @Test
  void valuesAreRoundedUpToStepsWithoutOverflow() {
    assertEquals(0, Arithmetic.roundUp(0, 8));
    assertEquals(8, Arithmetic.roundUp(1, 8));
    assertEquals(8, Arithmetic.roundUp(8, 8));
    assertEquals(Long.MAX_VALUE, Arithmetic.roundUp(Long.MAX_VALUE, 1));
    assertThrows(ArithmeticException.class, () -> Arithmetic.roundUp(Long.MAX_VALUE, 2));
  }

  @Test
  void commonMultiplesThatOverflowAreRefusedOrNone() {
    assertEquals(12, Arithmetic.lcm(4, 6));
    assertEquals(12, Arithmetic.lcmOrNone(4, 6));
    assertEquals(6, Arithmetic.lcm(6, 1));
    assertEquals(6, Arithmetic.lcm(1, 6));
    assertEquals(6, Arithmetic.lcmOrNone(6, 6));
    long large = 1L << 62;
    assertEquals(large, Arithmetic.lcm(large, 4));
    assertEquals(large, Arithmetic.lcmOrNone(4, large));
    assertThrows(ArithmeticException.class, () -> Arithmetic.lcm(large, 3));
    assertEquals(-1, Arithmetic.lcmOrNone(large, 3));
    assertEquals(-1, Arithmetic.lcmOrNone(3, large));
    assertEquals(-1, Arithmetic.lcmOrNone(Long.MAX_VALUE, Long.MAX_VALUE - 1));
  }

  @Test
  void rowsHaveWholeGroupsOfPixels() {
    PixelFormat.Plane luma = PixelFormat.NV12.planes().get(0);
    PixelFormat.Plane chroma = PixelFormat.NV12.planes().get(1);
    assertEquals(5, Arithmetic.rowBytes(luma, 5));
    assertEquals(6, Arithmetic.rowBytes(chroma, 5));
    assertEquals(6, Arithmetic.rowBytes(chroma, 6));
  }
}
