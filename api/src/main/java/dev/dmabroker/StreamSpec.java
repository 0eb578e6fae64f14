package dev.dmabroker;

import dev.dmabroker.spec.BufferSpec;
import java.time.Duration;
import java.util.Objects;

/**
 * What a stream is made of. Immutable; the methods named after a field return a copy with that
 * field changed.
 *
 * @param name appears in errors, events and the names of the buffers
 * @param buffer what each buffer holds
 * @param producer who fills the buffers; they count against its budget
 * @param minBuffers the fewest buffers, whatever the devices declare; 2 unless set: one is filled
 *     while another is read
 * @param maxBuffers the most buffers; 32 unless set, as many as a V4L2 queue has at most
 *     (VIDEO_MAX_FRAME)
 * @param maxBytes the most memory of all buffers together, in bytes; unlimited unless set
 * @param quietTime how long a buffer has to lie idle before it is given back, and how long heaps
 *     are left alone once they have refused; 5 s unless set
 * @param stopDeadline how long {@link BufferStream#stop()} and {@link BufferStream#close()} let
 *     consumers finish; 1 s unless set
 */
public record StreamSpec(
    String name,
    BufferSpec buffer,
    Device producer,
    int minBuffers,
    int maxBuffers,
    long maxBytes,
    Duration quietTime,
    Duration stopDeadline) {

  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException if the name is blank, a limit is less than 1, the fewest
   *     buffers are more than the most, the quiet time is not positive or the deadline negative
   */
  public StreamSpec {
    Objects.requireNonNull(buffer, "buffer");
    Objects.requireNonNull(producer, "producer");
    check(!name.isBlank(), "a stream's name must not be blank");
    check(minBuffers >= 1, "minBuffers must be at least 1, is " + minBuffers);
    check(
        maxBuffers >= minBuffers,
        "maxBuffers must be at least minBuffers " + minBuffers + ", is " + maxBuffers);
    check(maxBytes >= 1, "maxBytes must be at least 1, is " + maxBytes);
    check(
        !quietTime.isNegative() && !quietTime.isZero(),
        "quietTime must be positive, is " + quietTime);
    check(!stopDeadline.isNegative(), "stopDeadline must not be negative, is " + stopDeadline);
  }

  /**
   * A stream with the defaults.
   *
   * @throws IllegalArgumentException if the name is blank
   */
  public static StreamSpec of(String name, BufferSpec buffer, Device producer) {
    return new StreamSpec(
        name,
        buffer,
        producer,
        2,
        32,
        Long.MAX_VALUE,
        Duration.ofSeconds(5),
        Duration.ofSeconds(1));
  }

  /** The fewest buffers. Those that devices declare to hold may be more. */
  public StreamSpec minBuffers(int count) {
    return new StreamSpec(
        name, buffer, producer, count, maxBuffers, maxBytes, quietTime, stopDeadline);
  }

  /** The most buffers. */
  public StreamSpec maxBuffers(int count) {
    return new StreamSpec(
        name, buffer, producer, minBuffers, count, maxBytes, quietTime, stopDeadline);
  }

  /** The most memory of all buffers together, in bytes. */
  public StreamSpec maxBytes(long bytes) {
    return new StreamSpec(
        name, buffer, producer, minBuffers, maxBuffers, bytes, quietTime, stopDeadline);
  }

  /** How long a buffer has to lie idle before it is given back. */
  public StreamSpec quietTime(Duration time) {
    return new StreamSpec(
        name, buffer, producer, minBuffers, maxBuffers, maxBytes, time, stopDeadline);
  }

  /** How long stopping lets consumers finish; zero cancels at once. */
  public StreamSpec stopDeadline(Duration deadline) {
    return new StreamSpec(
        name, buffer, producer, minBuffers, maxBuffers, maxBytes, quietTime, deadline);
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
