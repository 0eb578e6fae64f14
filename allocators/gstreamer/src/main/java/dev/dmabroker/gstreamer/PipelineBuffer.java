package dev.dmabroker.gstreamer;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A buffer of a pipeline with one memory, as it is offered to {@link PipelineFrames}. Immutable.
 *
 * @param fd a descriptor of the memory's file: a dma-buf, or a memfd with the seal {@code
 *     F_SEAL_SHRINK}. It stays the caller's, and has to be open until the buffer has been offered.
 * @param offsetBytes where the buffer begins in the file, in bytes
 * @param sizeBytes how long the buffer is, in bytes
 * @param caps GStreamer's caps of what it holds, as text
 * @param planes where the planes of a picture lie, in the order of the format, as the buffer's
 *     {@code GstVideoMeta} says; empty if it has none, which means that they lie as GStreamer lays
 *     such pictures out
 * @param presentationTime when it is to be shown, by the pipeline's clock; empty if it has no time
 */
public record PipelineBuffer(
    int fd,
    long offsetBytes,
    long sizeBytes,
    String caps,
    List<Plane> planes,
    Optional<Duration> presentationTime) {

  /**
   * Where one plane lies.
   *
   * @param offsetBytes from the start of the buffer, in bytes
   * @param strideBytes from one row to the next, in bytes
   */
  public record Plane(long offsetBytes, long strideBytes) {}

  /**
   * Describes a buffer.
   *
   * @param fd a descriptor of the memory's file, which stays the caller's
   * @param offsetBytes where the buffer begins in the file, in bytes
   * @param sizeBytes how long the buffer is, in bytes
   * @param caps GStreamer's caps of what it holds, as text
   * @param planes where the planes of a picture lie; empty if nothing says so
   * @param presentationTime when it is to be shown; empty if it has no time
   * @throws IllegalArgumentException if the buffer is empty, begins before the file, or ends at no
   *     number of bytes
   */
  public PipelineBuffer {
    Objects.requireNonNull(caps, "caps");
    Objects.requireNonNull(presentationTime, "presentationTime");
    planes = List.copyOf(planes);
    if (sizeBytes < 1 || offsetBytes < 0 || offsetBytes > Long.MAX_VALUE - sizeBytes) {
      throw new IllegalArgumentException(
          "a buffer of " + sizeBytes + " bytes from " + offsetBytes + " on cannot be");
    }
  }

  /** The first byte of the file that is not the buffer's. */
  long endBytes() {
    return offsetBytes + sizeBytes;
  }
}
