package dev.dmabroker.spec;

import java.util.List;

/**
 * The spec of a buffer that holds bytes without further structure, for example a compressed
 * bitstream.
 */
@CheckReturnValue
public record BlobSpec(long sizeBytes) implements BufferSpec {

  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException if the size is less than 1
   */
  public BlobSpec {
    if (sizeBytes < 1) {
      throw new IllegalArgumentException("size must be at least 1 byte, is " + sizeBytes);
    }
  }

  /** A spec of {@code sizeBytes} bytes. */
  public static BlobSpec of(long sizeBytes) {
    return new BlobSpec(sizeBytes);
  }

  @Override
  public Layout layout() {
    return new Layout(
        sizeBytes, List.of(new Layout.Plane(0, sizeBytes, sizeBytes, /* lines= */ 1)));
  }

  @Override
  public String toString() {
    return sizeBytes + " bytes";
  }
}
