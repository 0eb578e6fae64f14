package dev.dmabroker;

import com.google.common.collect.ImmutableMap;
import dev.dmabroker.internal.placement.BufferCounts;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.CheckReturnValue;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The spec of a stream: its producer, what its buffers hold, and its limits. Immutable; {@link
 * #toBuilder} makes specs that differ in some parts.
 */
public final class StreamSpec {
  private final String name;
  private final BufferSpec buffer;
  private final Device producer;
  private final int minBuffers;
  private final int maxBuffers;
  private final long maxBytes;
  private final Duration quietTime;
  private final Duration stopDeadline;
  private final Map<Device, Duration> dispensable;

  private StreamSpec(Builder builder) {
    name = builder.name;
    buffer = builder.buffer;
    producer = builder.producer;
    minBuffers = builder.minBuffers;
    maxBuffers = builder.maxBuffers;
    maxBytes = builder.maxBytes;
    quietTime = builder.quietTime;
    stopDeadline = builder.stopDeadline;
    dispensable = ImmutableMap.copyOf(builder.dispensable);
  }

  /**
   * {@return a stream with the defaults}
   *
   * @param name appears in errors, events and the names of the buffers
   * @param buffer what each buffer holds
   * @param producer the device that fills the buffers; they count against its budget
   * @throws IllegalArgumentException if the name is blank
   */
  @CheckReturnValue
  public static StreamSpec of(String name, BufferSpec buffer, Device producer) {
    return builder(name, buffer, producer).build();
  }

  /**
   * {@return a builder of a stream that has the defaults}
   *
   * @param name appears in errors, events and the names of the buffers
   * @param buffer what each buffer holds
   * @param producer the device that fills the buffers; they count against its budget
   * @throws IllegalArgumentException if the name is blank
   */
  @CheckReturnValue
  public static Builder builder(String name, BufferSpec buffer, Device producer) {
    return new Builder(name, buffer, producer);
  }

  /** {@return a builder that has the parts of this spec} */
  @CheckReturnValue
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** {@return the stream's name, which appears in errors, events and the names of the buffers} */
  public String name() {
    return name;
  }

  /** {@return what each buffer holds} */
  public BufferSpec buffer() {
    return buffer;
  }

  /** {@return the device that fills the buffers; they count against its budget} */
  public Device producer() {
    return producer;
  }

  /** {@return the fewest buffers, whatever the devices declare} */
  public int minBuffers() {
    return minBuffers;
  }

  /** {@return the most buffers} */
  public int maxBuffers() {
    return maxBuffers;
  }

  /** {@return the most memory of all buffers together, in bytes} */
  public long maxBytes() {
    return maxBytes;
  }

  /** {@return how long a buffer has to lie idle before the stream gives it back} */
  public Duration quietTime() {
    return quietTime;
  }

  /**
   * {@return how long {@link BufferStream#stop()} and {@link BufferStream#close()} let consumers
   * finish}
   */
  public Duration stopDeadline() {
    return stopDeadline;
  }

  /** {@return the consumers that the stream can do without, and the time that each has} */
  public Map<Device, Duration> dispensable() {
    return dispensable;
  }

  private List<Object> fields() {
    return List.of(
        name,
        buffer,
        producer,
        minBuffers,
        maxBuffers,
        maxBytes,
        quietTime,
        stopDeadline,
        dispensable);
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
        + ", dispensable="
        + dispensable
        + "]";
  }

  /** Collects the parts of a spec; the last value of a part counts. Not thread-safe. */
  public static final class Builder {
    private String name;
    private BufferSpec buffer;
    private Device producer;
    private int minBuffers = 2;
    private int maxBuffers = 32;
    private long maxBytes = Long.MAX_VALUE;
    private Duration quietTime = Duration.ofSeconds(5);
    private Duration stopDeadline = Duration.ofSeconds(1);
    private final Map<Device, Duration> dispensable = new LinkedHashMap<>();

    private Builder(String name, BufferSpec buffer, Device producer) {
      check(!Objects.requireNonNull(name, "name").isBlank(), "a stream's name must not be blank");
      this.name = name;
      this.buffer = Objects.requireNonNull(buffer, "buffer");
      this.producer = Objects.requireNonNull(producer, "producer");
    }

    private Builder(StreamSpec spec) {
      name = spec.name;
      buffer = spec.buffer;
      producer = spec.producer;
      minBuffers = spec.minBuffers;
      maxBuffers = spec.maxBuffers;
      maxBytes = spec.maxBytes;
      quietTime = spec.quietTime;
      stopDeadline = spec.stopDeadline;
      dispensable.putAll(spec.dispensable);
    }

    /**
     * Sets the stream's name, for a spec that is made from another stream's.
     *
     * @param name the stream's name
     * @return this builder
     * @throws IllegalArgumentException if the name is blank
     */
    public Builder name(String name) {
      check(!Objects.requireNonNull(name, "name").isBlank(), "a stream's name must not be blank");
      this.name = name;
      return this;
    }

    /**
     * Sets what each buffer holds, for a spec that is made from another stream's.
     *
     * @param buffer what each buffer holds
     * @return this builder
     */
    public Builder buffer(BufferSpec buffer) {
      this.buffer = Objects.requireNonNull(buffer, "buffer");
      return this;
    }

    /**
     * Sets the device that fills the buffers, for a spec that is made from another stream's.
     *
     * @param producer the device that fills the buffers
     * @return this builder
     */
    public Builder producer(Device producer) {
      this.producer = Objects.requireNonNull(producer, "producer");
      return this;
    }

    /**
     * Sets the fewest buffers that the stream keeps, whatever the devices declare; 2 unless set, so
     * that one is filled while another is read. The buffers that devices declare to hold may be
     * more.
     *
     * @param count the number of buffers
     * @return this builder
     * @throws IllegalArgumentException if the count is less than 1
     */
    public Builder minBuffers(int count) {
      check(count >= 1, "minBuffers must be at least 1, is " + count);
      minBuffers = count;
      return this;
    }

    /**
     * Sets the most buffers that the stream may have; 32 unless set, as many as a V4L2 queue has at
     * most (VIDEO_MAX_FRAME). It may be 1,024, as many as a process may have descriptors unless it
     * asks for more.
     *
     * @param count the number of buffers
     * @return this builder
     * @throws IllegalArgumentException if the count is less than 1, or more than 1,024
     */
    public Builder maxBuffers(int count) {
      check(count >= 1, "maxBuffers must be at least 1, is " + count);
      check(
          count <= BufferCounts.MOST,
          "maxBuffers must be at most "
              + BufferCounts.MOST
              + ", is "
              + count
              + "; let several streams share the work");
      maxBuffers = count;
      return this;
    }

    /**
     * Sets the most memory of all buffers together, in bytes; unlimited unless set.
     *
     * @param bytes the number of bytes
     * @return this builder
     * @throws IllegalArgumentException if the limit is less than 1
     */
    public Builder maxBytes(long bytes) {
      check(bytes >= 1, "maxBytes must be at least 1, is " + bytes);
      maxBytes = bytes;
      return this;
    }

    /**
     * Sets how long a buffer has to lie idle before the stream gives it back, and for how long the
     * stream asks no heap after a refusal; 5 s unless set.
     *
     * @param time how long a buffer has to lie idle before it is given back
     * @return this builder
     * @throws IllegalArgumentException unless the time is positive
     */
    public Builder quietTime(Duration time) {
      quietTime = Settable.positive("quietTime", time);
      return this;
    }

    /**
     * Sets how long {@link BufferStream#stop()} and {@link BufferStream#close()} let consumers
     * finish; 1 s unless set. Zero cancels at once.
     *
     * @param deadline how long to wait at most; positive
     * @return this builder
     * @throws IllegalArgumentException if the deadline is negative
     */
    public Builder stopDeadline(Duration deadline) {
      check(!deadline.isNegative(), "stopDeadline must not be negative, is " + deadline);
      stopDeadline = deadline;
      return this;
    }

    /**
     * Names a consumer that the stream can do without, and gives it a time. {@link
     * BufferStream#start} waits that long for it to attach, and starts without it if it has not.
     * Once it is attached, it has so long to answer: to release each frame that it has taken, and
     * with {@link StreamConsumer.Policy#EVERY_FRAME} to take the next frame when one waits for it.
     * If it does not, the stream goes on without it, after twice that time at the latest: it is
     * detached, and each take throws a {@link LeftOutException}. The frames that it still holds
     * stay valid until they are closed, as their buffers leave the stream and are not used again;
     * beside them the stream may have as many buffers as before.
     *
     * @param consumer the consumer's device
     * @param time how long the stream waits for it; positive
     * @return this builder
     * @throws IllegalArgumentException unless the time is positive
     */
    public Builder dispensable(Device consumer, Duration time) {
      dispensable.put(
          Objects.requireNonNull(consumer, "consumer"), Settable.positive("dispensable", time));
      return this;
    }

    /**
     * Builds the spec.
     *
     * @return the spec
     * @throws IllegalArgumentException if the most buffers are less than the fewest
     */
    @CheckReturnValue
    public StreamSpec build() {
      check(
          maxBuffers >= minBuffers,
          "maxBuffers must be at least minBuffers " + minBuffers + ", is " + maxBuffers);
      return new StreamSpec(this);
    }

    private static void check(boolean holds, String otherwise) {
      if (!holds) {
        throw new IllegalArgumentException(otherwise);
      }
    }
  }
}
