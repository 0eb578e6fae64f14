package dev.dmabroker.internal.placement;

import com.google.common.math.LongMath;
import dev.dmabroker.internal.layout.Arithmetic;
import org.jspecify.annotations.Nullable;

/**
 * Describes how the memory of a heap falls into contiguous pieces.
 *
 * @param contiguous whether an allocation is one piece
 * @param alignedTo each piece begins at a multiple of this number
 * @param sizeBytes the size of a piece, or what the size of a contiguous range is a multiple of; 0
 *     if it is not known
 */
record Pieces(boolean contiguous, long alignedTo, long sizeBytes) {

  /** Compares as a record does, whose equals the JVM would make when a program starts. */
  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Pieces other
        && contiguous == other.contiguous
        && alignedTo == other.alignedTo
        && sizeBytes == other.sizeBytes;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(31 * alignedTo + sizeBytes) + (contiguous ? 1 : 0);
  }

  /** Returns the largest buffer that surely falls into no more segments than a device takes. */
  long largest(int maxSegments, long maxSegmentBytes, long boundaryBytes) {
    if (maxSegments == Integer.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    if (!contiguous) {
      if (sizeBytes == 0) {
        return 0;
      }
      long window = Math.min(sizeBytes, boundaryBytes);
      long segments = Arithmetic.ceilDiv(window, maxSegmentBytes);
      long windowsOfPiece = Arithmetic.ceilDiv(sizeBytes, window);
      return LongMath.saturatedMultiply(maxSegments / segments / windowsOfPiece, sizeBytes);
    }
    long largest = contiguous(maxSegments, maxSegmentBytes, boundaryBytes);
    // The device maps what the heap gives, which is rounded up.
    return sizeBytes == 0 ? largest : largest - largest % sizeBytes;
  }

  /**
   * Returns that size for one contiguous range. Segments end at boundaries, and the range may begin
   * shortly before one.
   */
  private long contiguous(int maxSegments, long maxSegmentBytes, long window) {
    if (window == Long.MAX_VALUE) {
      return LongMath.saturatedMultiply(maxSegments, maxSegmentBytes);
    }
    long longest = Math.min(maxSegmentBytes, window);
    if (alignedTo % window == 0) {
      return filled(maxSegments, longest, window);
    }
    // The first segment may end at a boundary as soon as it has begun, after this number of bytes.
    long least = LongMath.gcd(LongMath.gcd(alignedTo, window), longest);
    return LongMath.saturatedAdd(filled(maxSegments - 1, longest, window), least);
  }

  /** Returns how far that number of segments reaches, counted from a boundary. */
  private static long filled(int segments, long longest, long window) {
    long perWindow = Arithmetic.ceilDiv(window, longest);
    return LongMath.saturatedAdd(
        LongMath.saturatedMultiply(segments / perWindow, window), segments % perWindow * longest);
  }
}
