package dev.dmabroker.spec;

import java.util.List;

/**
 * Bytes without further structure, such as a compressed bitstream.
 *
 * @param sizeBytes at least 1
 */
public record BlobSpec(long sizeBytes) implements BufferSpec {

  /** Checks the size. */
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
