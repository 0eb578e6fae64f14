package dev.dmabroker;

import java.util.Optional;

/**
 * What a buffer holds, said when it is exported. Where and exactly how it lies in memory is decided
 * later, from the constraints of the devices that attach.
 */
public sealed interface BufferSpec permits ImageSpec, BlobSpec {

  /**
   * The tightest layout of this content for a device that wants rows to begin at multiples of
   * {@code strideAlignmentBytes}.
   *
   * @param strideAlignmentBytes at least 1
   * @throws IllegalArgumentException if the alignment is less than 1 or the size overflows
   */
  Layout layout(long strideAlignmentBytes);

  /** The image, when it is one. */
  default Optional<ImageSpec> image() {
    return this instanceof ImageSpec spec ? Optional.of(spec) : Optional.empty();
  }
}
