package dev.dmabroker.devices;

/**
 * The time that a frame takes, in seconds, as V4L2 has it.
 *
 * @param numerator at least 1, as in 1/60
 * @param denominator at least 1
 */
public record FrameInterval(int numerator, int denominator) {

  /**
   * Checks that both are positive.
   *
   * @param numerator at least 1, as in 1/60
   * @param denominator at least 1
   */
  public FrameInterval {
    if (numerator < 1 || denominator < 1) {
      throw new IllegalArgumentException(
          "a frame's time must be over 0 s, is " + numerator + "/" + denominator);
    }
  }

  /** {@return how many frames a second that makes} */
  public double framesPerSecond() {
    return (double) denominator / numerator;
  }
}
