package dev.dmabroker.samples.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static ByteBuffer grey(int level) {
    byte[] bytes = new byte[64];
    Arrays.fill(bytes, (byte) level);
    return ByteBuffer.wrap(bytes);
  }

  private static Comparison of(int... levels) {
    Comparison comparison = new Comparison();
    for (int level : levels) {
      comparison.source(grey(level));
    }
    return comparison;
  }

  @Test
  void theWorstFrameCounts() {
    Comparison comparison = of(0, 100, 255);
    comparison.decoded(grey(0));
    comparison.decoded(grey(101));
    comparison.decoded(grey(253));
    assertEquals(20 * Math.log10(255 / 2.0), comparison.worst(), 1e-9);
    assertEquals(0, comparison.misplaced());
    assertEquals(
        "3 of 3 frames decoded, the worst with 42.1 dB PSNR; 0 nearer to another frame's source",
        comparison.toString());
  }

  @Test
  void aFrameThatWasLeftOutMisplacesTheOthers() {
    Comparison comparison = of(0, 100, 200);
    comparison.decoded(grey(0));
    comparison.decoded(grey(199));
    assertEquals(1, comparison.misplaced());
    assertEquals(2, comparison.decodedCount());
  }

  @Test
  void aFrameThatCameTwiceIsMisplaced() {
    Comparison comparison = of(0, 100);
    comparison.decoded(grey(0));
    comparison.decoded(grey(0));
    assertEquals(1, comparison.misplaced());
  }

  @Test
  void oneTooManyIsMisplaced() {
    Comparison comparison = of(0);
    comparison.decoded(grey(0));
    comparison.decoded(grey(0));
    assertEquals(1, comparison.misplaced());
    assertEquals(0, comparison.worst());
  }

  @Test
  void anotherSizeHasNothingInCommon() {
    assertEquals(0, Comparison.psnr(new byte[4], new byte[8]));
    assertEquals(Double.POSITIVE_INFINITY, Comparison.psnr(new byte[4], new byte[4]));
  }
}
