package dev.dmabroker.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.math.LongMath;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How large a buffer surely falls into few enough segments, against memory that is cut byte by
 * byte. What is given is never too much. It is too little by less than the alignment at most, and
 * exact where the longest segment is a multiple of the alignment or of which the alignment is.
 */
@Tag("arithmetic")
class SegmentsTest {
  private static final long NO_BOUNDARY = Long.MAX_VALUE;
  private static final long[] POWERS = {1, 2, 4, 8, 16, 32};

  @Test
  void contiguousMemoryWhereverItBegins() {
    int exact = 0;
    int cases = 0;
    for (long alignment : POWERS) {
      for (long boundary : new long[] {1, 2, 4, 8, 16, NO_BOUNDARY}) {
        for (long longest = 1; longest <= 20; longest++) {
          for (int segments = 1; segments <= 6; segments++) {
            long given = new Pieces(true, alignment, 0).largest(segments, longest, boundary);
            long fits = fits(alignment, segments, longest, boundary);
            String at =
                "aligned to %d, %d segments of %d within %d: given %d, fits %d"
                    .formatted(alignment, segments, longest, boundary, given, fits);
            assertTrue(given <= fits, at);
            long step = Math.min(alignment, boundary);
            long piece = Math.min(longest, boundary);
            assertTrue(fits - given < step, at);
            if (piece % step == 0 || step % piece == 0) {
              assertEquals(fits, given, at);
            }
            exact += fits == given ? 1 : 0;
            cases++;
          }
        }
      }
    }
    assertTrue(exact > cases * 0.8, exact + " of " + cases + " are exact");
  }

  /** The largest size up to which every size fits, wherever it begins. */
  private static long fits(long alignment, int segments, long longest, long boundary) {
    long size = 0;
    while (SolverOracle.segments(alignment, size + 1, longest, boundary) <= segments) {
      size++;
    }
    return size;
  }

  @Test
  void scatteredMemoryInWholePieces() {
    for (long piece : POWERS) {
      for (long boundary : new long[] {1, 2, 4, 8, 16, 64, NO_BOUNDARY}) {
        for (long longest = 1; longest <= 40; longest++) {
          long perPiece = SolverOracle.segments(piece, piece, longest, boundary);
          for (int segments = 1; segments <= 20; segments++) {
            assertEquals(
                segments / perPiece * piece,
                new Pieces(false, piece, piece).largest(segments, longest, boundary),
                "pieces of " + piece + ", " + segments + " of " + longest + " in " + boundary);
          }
        }
      }
    }
  }

  @Test
  void withoutANumberOfSegmentsEverythingFits() {
    for (boolean contiguous : new boolean[] {false, true}) {
      assertEquals(Long.MAX_VALUE, new Pieces(contiguous, 1, 0).largest(Integer.MAX_VALUE, 1, 1));
    }
  }

  @Test
  void piecesOfUnknownSizeCountAsNone() {
    assertEquals(0, new Pieces(false, 4096, 0).largest(100_000, Long.MAX_VALUE, NO_BOUNDARY));
  }

  /** Figures that drivers have. */
  @ParameterizedTest
  @CsvSource({
    // One range, 64 KiB at a time, as of a device with the kernel's default limits.
    "true, 4096, 0, 1, 65536, 4294967296, 4096",
    "true, 65536, 0, 1, 65536, 4294967296, 65536",
    "true, 4096, 0, 128, 65536, 4294967296, 8327168",
    "true, 4096, 0, 128, 65536, 9223372036854775807, 8388608",
    "true, 4096, 0, 1, 9223372036854775807, 4294967296, 4096",
    "true, 4294967296, 0, 1, 9223372036854775807, 4294967296, 4294967296",
    "true, 4096, 0, 2, 9223372036854775807, 4294967296, 4294971392",
    "false, 4096, 4096, 128, 65536, 4294967296, 524288",
    "false, 4096, 2097152, 128, 65536, 4294967296, 8388608",
  })
  void driversFigures(
      boolean contiguous,
      long alignment,
      long piece,
      int segments,
      long longest,
      long boundary,
      long expected) {
    assertEquals(
        expected, new Pieces(contiguous, alignment, piece).largest(segments, longest, boundary));
  }

  @Test
  @Tag("long")
  void nothingWrapsAround() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 100_000; i++) {
      boolean contiguous = random.nextBoolean();
      long piece = contiguous ? random.nextInt(2) : 1L << random.nextInt(63);
      Pieces pieces = new Pieces(contiguous, 1L << random.nextInt(63), piece);
      int segments = random.nextInt(1, Integer.MAX_VALUE) >>> random.nextInt(30);
      long longest = random.nextLong(1, Long.MAX_VALUE) >>> random.nextInt(62);
      long boundary = random.nextInt(4) == 0 ? NO_BOUNDARY : 1L << random.nextInt(63);
      long given = pieces.largest(Math.max(1, segments), Math.max(1, longest), boundary);
      String at = pieces + " " + segments + " " + longest + " " + boundary + ": " + given;
      assertTrue(given >= 0, at);
      if (pieces.contiguous()) {
        assertTrue(given >= 1, at);
        assertTrue(
            given <= LongMath.saturatedMultiply(Math.max(1, segments), Math.max(1, longest)), at);
      }
    }
  }

  @Test
  void aContiguousRangeIsRoundedUpBeforeItIsMapped() {
    assertEquals(61_440, new Pieces(true, 4096, 4096).largest(1, 65_535, NO_BOUNDARY));
    assertEquals(65_536, new Pieces(true, 4096, 4096).largest(1, 65_536, NO_BOUNDARY));
  }
}
