package dev.dmabroker.spec;

import java.util.Optional;

/**
 * What a buffer holds, said when it is exported. Where and exactly how it lies in memory is decided
 * later, from the constraints of the devices that attach.
 */
public sealed interface BufferSpec permits ImageSpec, BlobSpec {

  /**
   * The tightest layout of this content, as it is when no device asks for more.
   *
   * @throws IllegalArgumentException if the size overflows
   */
  Layout layout();

  /** The image, when it is one. */
  default Optional<ImageSpec> image() {
    return this instanceof ImageSpec spec ? Optional.of(spec) : Optional.empty();
  }
}
