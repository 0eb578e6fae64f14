package dev.dmabroker.remote;

import java.time.Duration;
import java.util.Objects;

/**
 * What one client of a service may have and do at most. A request beyond a limit is refused, before
 * anything is allocated for it, and changes nothing; a client that has more requests unanswered
 * than it may is let go. Immutable.
 */
public final class ClientLimits {
  private final int requests;
  private final int devices;
  private final int buffers;
  private final int attachments;
  private final int mappings;
  private final int streams;
  private final int tokens;
  private final long memoryBytes;
  private final Duration longestHold;
  private final int movesPerMinute;

  private ClientLimits(Builder builder) {
    requests = builder.requests;
    devices = builder.devices;
    buffers = builder.buffers;
    attachments = builder.attachments;
    mappings = builder.mappings;
    streams = builder.streams;
    tokens = builder.tokens;
    memoryBytes = builder.memoryBytes;
    longestHold = builder.longestHold;
    movesPerMinute = builder.movesPerMinute;
  }

  /**
   * {@return limits that suit a pipeline: 256 requests, 64 devices, 1,024 buffers, 4,096
   * attachments and as many mappings, 64 streams, 256 tokens, 1 GiB of memory, a longest hold of 5
   * s, and 600 moves per minute}
   */
  public static ClientLimits usual() {
    return builder().build();
  }

  /** {@return a builder that begins with the {@linkplain #usual usual} limits} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return how many requests may be unanswered at a time} */
  public int requests() {
    return requests;
  }

  /** {@return how many devices may be registered at a time} */
  public int devices() {
    return devices;
  }

  /** {@return how many buffers may be open at a time} */
  public int buffers() {
    return buffers;
  }

  /** {@return how many attachments may be open at a time} */
  public int attachments() {
    return attachments;
  }

  /** {@return how many mappings without a word may be open at a time, and how many frames} */
  public int mappings() {
    return mappings;
  }

  /** {@return how many streams may be open at a time, and how many consumers} */
  public int streams() {
    return streams;
  }

  /** {@return how many tokens and published names there may be at a time} */
  public int tokens() {
    return tokens;
  }

  /** {@return the client's budget: the bytes of memory that it may have} */
  public long memoryBytes() {
    return memoryBytes;
  }

  /** {@return the longest hold that a device of the client may declare} */
  public Duration longestHold() {
    return longestHold;
  }

  /**
   * {@return how many moves the client may make necessary at once, and how many more per minute}
   */
  public int movesPerMinute() {
    return movesPerMinute;
  }

  @Override
  public String toString() {
    return requests
        + " requests, "
        + devices
        + " devices, "
        + buffers
        + " buffers, "
        + attachments
        + " attachments, "
        + mappings
        + " mappings, "
        + streams
        + " streams, "
        + tokens
        + " tokens, "
        + memoryBytes
        + " bytes, holds of "
        + longestHold.toMillis()
        + " ms, "
        + movesPerMinute
        + " moves per minute";
  }

  /** Collects limits; the last value of a limit counts. Not thread-safe. */
  public static final class Builder {
    private int requests = 256;
    private int devices = 64;
    private int buffers = 1024;
    private int attachments = 4096;
    private int mappings = 4096;
    private int streams = 64;
    private int tokens = 256;
    private long memoryBytes = 1L << 30;
    private Duration longestHold = Duration.ofSeconds(5);
    private int movesPerMinute = 600;

    private Builder() {}

    /**
     * Limits the requests that are unanswered at a time.
     *
     * @param most at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is less
     */
    public Builder requests(int most) {
      requests = positive("requests", most);
      return this;
    }

    /**
     * Limits the devices.
     *
     * @param most at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is less
     */
    public Builder devices(int most) {
      devices = positive("devices", most);
      return this;
    }

    /**
     * Limits the buffers.
     *
     * @param most at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is less
     */
    public Builder buffers(int most) {
      buffers = positive("buffers", most);
      return this;
    }

    /**
     * Limits the attachments.
     *
     * @param most at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is less
     */
    public Builder attachments(int most) {
      attachments = positive("attachments", most);
      return this;
    }

    /**
     * Limits the mappings that are granted without a word of the client's page, and the frames.
     * Those that the client counts there cost the service nothing.
     *
     * @param most at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is less
     */
    public Builder mappings(int most) {
      mappings = positive("mappings", most);
      return this;
    }

    /**
     * Limits the streams, and the consumers.
     *
     * @param most at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is less
     */
    public Builder streams(int most) {
      streams = positive("streams", most);
      return this;
    }

    /**
     * Limits the tokens, and the published names.
     *
     * @param most at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is less
     */
    public Builder tokens(int most) {
      tokens = positive("tokens", most);
      return this;
    }

    /**
     * Sets the client's budget.
     *
     * @param bytes of memory, at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is less
     */
    public Builder memoryBytes(long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("memoryBytes must be at least 1, is " + bytes);
      }
      memoryBytes = bytes;
      return this;
    }

    /**
     * Caps the longest hold that a device of the client may declare. A device that declares none
     * has the broker's, or this if it is shorter.
     *
     * @param most positive
     * @return this builder
     * @throws IllegalArgumentException unless the duration is positive
     */
    public Builder longestHold(Duration most) {
      if (Objects.requireNonNull(most, "longestHold").isNegative() || most.isZero()) {
        throw new IllegalArgumentException("longestHold must be positive, is " + most);
      }
      longestHold = most;
      return this;
    }

    /**
     * Limits the moves of buffers that the client makes necessary, by devices that their places do
     * not suit, and by memory that it asks for where others' buffers lie. A move that was undone
     * counts, and so does an evacuation, and that the client leaves another's buffer which it has
     * mapped: the buffer moves then, as the client may have kept a descriptor. While a client has
     * caused as many as it may, it is refused with {@link dev.dmabroker.BusyException} what may
     * cause another: to attach a device that the buffer would move for, or a first device to
     * another's buffer, to consume a stream, to pin, prepare and evacuate, and a map that would
     * have to wait.
     *
     * @param most at once, and how many more each minute; at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is less
     */
    public Builder movesPerMinute(int most) {
      movesPerMinute = positive("movesPerMinute", most);
      return this;
    }

    private static int positive(String what, int number) {
      if (number < 1) {
        throw new IllegalArgumentException(what + " must be at least 1, is " + number);
      }
      return number;
    }

    /** {@return the limits} */
    public ClientLimits build() {
      return new ClientLimits(this);
    }
  }
}
