package dev.dmabroker.samples.gstreamer.inprocess;

/**
 * Frames a second, as a fraction. Immutable.
 *
 * @param frames how many frames there are in {@code seconds}; at least 1
 * @param seconds the time for so many frames, in seconds; at least 1
 */
public record FrameRate(int frames, int seconds) {
  private static final long NANOS = 1_000_000_000L;

  /**
   * Checks the numbers.
   *
   * @param frames how many frames there are in {@code seconds}; at least 1
   * @param seconds the time for so many frames, in seconds; at least 1
   * @throws IllegalArgumentException if one is less than 1
   */
  public FrameRate {
    if (frames < 1 || seconds < 1) {
      throw new IllegalArgumentException("a rate is positive, not " + frames + "/" + seconds);
    }
  }

  /**
   * {@return a rate in whole frames a second}
   *
   * @param framesPerSecond at least 1
   * @throws IllegalArgumentException if it is less than 1
   */
  public static FrameRate of(int framesPerSecond) {
    return new FrameRate(framesPerSecond, 1);
  }

  /**
   * {@return when a frame begins, in nanoseconds after the first}
   *
   * @param frame counts the frames, from 0
   */
  public long nanos(long frame) {
    return Math.multiplyExact(frame, NANOS * seconds) / frames;
  }

  /** {@return as caps have it: {@code 30000/1001}} */
  @Override
  public String toString() {
    return frames + "/" + seconds;
  }
}
