package dev.dmabroker.spec;

import java.util.Optional;

/**
 * The spec of a buffer: what it holds. An application gives it when it exports the buffer. The
 * broker decides later, from the constraints of the devices that attach, where the contents lie in
 * memory and how. Immutable.
 */
public sealed interface BufferSpec permits ImageSpec, BlobSpec {

  /**
   * {@return the tightest layout of this content: the layout when no device asks for more}
   *
   * @throws IllegalArgumentException if the size overflows
   */
  Layout layout();

  /** {@return the image that the buffer holds; empty if it holds none} */
  default Optional<ImageSpec> image() {
    return this instanceof ImageSpec spec ? Optional.of(spec) : Optional.empty();
  }
}
