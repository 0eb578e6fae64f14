package dev.dmabroker;

import dev.dmabroker.internal.placement.BufferCounts;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.CheckReturnValue;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The spec of a stream: its producer, what its buffers hold, and its limits. Immutable; each method
 * that is named after a field and has a parameter returns a copy with that field changed.
 */
@CheckReturnValue
public final class StreamSpec {
  private final String name;
  private final BufferSpec buffer;
  private final Device producer;
  private final int minBuffers;
  private final int maxBuffers;
  private final long maxBytes;
  private final Duration quietTime;
  private final Duration stopDeadline;

  private StreamSpec(
      String name,
      BufferSpec buffer,
      Device producer,
      int minBuffers,
      int maxBuffers,
      long maxBytes,
      Duration quietTime,
      Duration stopDeadline) {
    this.name = name;
    this.buffer = Objects.requireNonNull(buffer, "buffer");
    this.producer = Objects.requireNonNull(producer, "producer");
    this.minBuffers = minBuffers;
    this.maxBuffers = maxBuffers;
    this.maxBytes = maxBytes;
    this.quietTime = quietTime;
    this.stopDeadline = stopDeadline;
    check(!Objects.requireNonNull(name, "name").isBlank(), "a stream's name must not be blank");
    check(minBuffers >= 1, "minBuffers must be at least 1, is " + minBuffers);
    check(
        maxBuffers <= BufferCounts.MOST,
        "maxBuffers must be at most "
            + BufferCounts.MOST
            + ", is "
            + maxBuffers
            + "; let several streams share the work");
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
   * @param name appears in errors, events and the names of the buffers
   * @param buffer what each buffer holds
   * @param producer the device that fills the buffers; they count against its budget
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

  /**
   * Sets the fewest buffers that the stream keeps, whatever the devices declare; 2 unless set, so
   * that one is filled while another is read. The buffers that devices declare to hold may be more.
   *
   * @throws IllegalArgumentException if the count is less than 1, or more than the most
   */
  public StreamSpec minBuffers(int count) {
    return new StreamSpec(
        name, buffer, producer, count, maxBuffers, maxBytes, quietTime, stopDeadline);
  }

  /**
   * Sets the most buffers that the stream may have; 32 unless set, as many as a V4L2 queue has at
   * most (VIDEO_MAX_FRAME). It may be 1,024, as many as a process may have descriptors unless it
   * asks for more.
   *
   * @throws IllegalArgumentException if the count is less than the fewest, or more than 1,024
   */
  public StreamSpec maxBuffers(int count) {
    return new StreamSpec(
        name, buffer, producer, minBuffers, count, maxBytes, quietTime, stopDeadline);
  }

  /**
   * Sets the most memory of all buffers together, in bytes; unlimited unless set.
   *
   * @throws IllegalArgumentException if the limit is less than 1
   */
  public StreamSpec maxBytes(long bytes) {
    return new StreamSpec(
        name, buffer, producer, minBuffers, maxBuffers, bytes, quietTime, stopDeadline);
  }

  /**
   * Sets how long a buffer has to lie idle before the stream gives it back, and for how long the
   * stream asks no heap after a refusal; 5 s unless set.
   *
   * @throws IllegalArgumentException unless the time is positive
   */
  public StreamSpec quietTime(Duration time) {
    return new StreamSpec(
        name, buffer, producer, minBuffers, maxBuffers, maxBytes, time, stopDeadline);
  }

  /**
   * Sets how long {@link BufferStream#stop()} and {@link BufferStream#close()} let consumers
   * finish; 1 s unless set. Zero cancels at once.
   *
   * @throws IllegalArgumentException if the deadline is negative
   */
  public StreamSpec stopDeadline(Duration deadline) {
    return new StreamSpec(
        name, buffer, producer, minBuffers, maxBuffers, maxBytes, quietTime, deadline);
  }

  /** The stream's name, which appears in errors, events and the names of the buffers. */
  public String name() {
    return name;
  }

  /** What each buffer holds. */
  public BufferSpec buffer() {
    return buffer;
  }

  /** The device that fills the buffers; they count against its budget. */
  public Device producer() {
    return producer;
  }

  /** The fewest buffers, whatever the devices declare. */
  public int minBuffers() {
    return minBuffers;
  }

  /** The most buffers. */
  public int maxBuffers() {
    return maxBuffers;
  }

  /** The most memory of all buffers together, in bytes. */
  public long maxBytes() {
    return maxBytes;
  }

  /** How long a buffer has to lie idle before the stream gives it back. */
  public Duration quietTime() {
    return quietTime;
  }

  /** How long {@link BufferStream#stop()} and {@link BufferStream#close()} let consumers finish. */
  public Duration stopDeadline() {
    return stopDeadline;
  }

  private List<Object> fields() {
    return List.of(
        name, buffer, producer, minBuffers, maxBuffers, maxBytes, quietTime, stopDeadline);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof StreamSpec other && fields().equals(other.fields());
  }

  @Override
  public int hashCode() {
    return fields().hashCode();
  }

  @Override
  public String toString() {
    return "StreamSpec["
        + "name="
        + name
        + ", buffer="
        + buffer
        + ", producer="
        + producer
        + ", minBuffers="
        + minBuffers
        + ", maxBuffers="
        + maxBuffers
        + ", maxBytes="
        + maxBytes
        + ", quietTime="
        + quietTime
        + ", stopDeadline="
        + stopDeadline
        + "]";
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
