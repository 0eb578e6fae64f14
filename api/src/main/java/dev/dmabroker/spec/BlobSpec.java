package dev.dmabroker.spec;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The spec of a buffer that holds bytes without further structure, for example a compressed
 * bitstream.
 *
 * @param sizeBytes how many bytes the buffer holds, at least 1
 * @param format what the bytes are if they are compressed video, which every device has to take;
 *     empty if it does not matter
 */
@CheckReturnValue
public record BlobSpec(long sizeBytes, Optional<CompressedFormat> format) implements BufferSpec {

  /**
   * Checks the size.
   *
   * @param sizeBytes how many bytes the buffer holds, at least 1
   * @param format what the bytes are if they are compressed video, which every device has to take;
   *     empty if it does not matter
   * @throws IllegalArgumentException if the size is less than 1
   */
  public BlobSpec {
    if (sizeBytes < 1) {
      throw new IllegalArgumentException("size must be at least 1 byte, is " + sizeBytes);
    }
    Objects.requireNonNull(format, "format");
  }

  /**
   * {@return a spec of {@code sizeBytes} bytes}
   *
   * @param sizeBytes the size, in bytes
   */
  public static BlobSpec of(long sizeBytes) {
    return new BlobSpec(sizeBytes, Optional.empty());
  }

  /**
   * {@return a spec of {@code sizeBytes} bytes of compressed video in the given format}
   *
   * @param sizeBytes the size, in bytes
   * @param format the format of the compressed video
   */
  public static BlobSpec of(long sizeBytes, CompressedFormat format) {
    return new BlobSpec(sizeBytes, Optional.of(format));
  }

  @Override
  public Layout layout() {
    return new Layout(
        sizeBytes, List.of(new Layout.Plane(0, sizeBytes, sizeBytes, /* lines= */ 1)));
  }

  @Override
  public String toString() {
    return format.map(each -> sizeBytes + " bytes of " + each).orElse(sizeBytes + " bytes");
  }
}
