package dev.dmabroker.devices;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.dmabroker.allocators.linux.VideoDev2;
import java.util.Locale;

/**
 * Timings of a digital connector such as HDMI, one of those that a device has listed. Immutable.
 */
public final class DvTimings {
  private final byte[] struct;
  private final int width;
  private final int height;
  private final boolean interlaced;
  private final double framesPerSecond;

  /** Copies a {@code struct v4l2_dv_timings}. */
  DvTimings(Pointer timings) {
    struct = timings.getByteArray(0, VideoDev2.DV_TIMINGS);
    width = timings.getInt(VideoDev2.DV_TIMINGS__WIDTH);
    height = timings.getInt(VideoDev2.DV_TIMINGS__HEIGHT);
    interlaced = timings.getInt(VideoDev2.DV_TIMINGS__INTERLACED) != 0;
    long columns = width + sumOfThree(timings, VideoDev2.DV_TIMINGS__HFRONTPORCH);
    long lines = height + sumOfThree(timings, VideoDev2.DV_TIMINGS__VFRONTPORCH);
    if (interlaced) {
      lines += sumOfThree(timings, VideoDev2.DV_TIMINGS__IL_VFRONTPORCH);
    }
    framesPerSecond =
        (double) timings.getLong(VideoDev2.DV_TIMINGS__PIXELCLOCK) / (columns * lines);
  }

  /** Front porch, sync and back porch lie side by side. */
  private static long sumOfThree(Pointer timings, int offset) {
    return (long) timings.getInt(offset) + timings.getInt(offset + 4) + timings.getInt(offset + 8);
  }

  /** {@return visible pixels of a line} */
  public int width() {
    return width;
  }

  /** {@return visible lines of a frame} */
  public int height() {
    return height;
  }

  /** {@return whether a frame comes as two fields} */
  public boolean interlaced() {
    return interlaced;
  }

  /** {@return frames a second, two fields being one frame} */
  public double framesPerSecond() {
    return framesPerSecond;
  }

  /**
   * {@return whether these are progressive, of this size, and within 1 % of this rate}
   *
   * @param wantedWidth visible pixels of a line
   * @param wantedHeight visible lines of a frame
   * @param wantedFramesPerSecond frames a second
   */
  public boolean shows(int wantedWidth, int wantedHeight, double wantedFramesPerSecond) {
    return !interlaced
        && width == wantedWidth
        && height == wantedHeight
        && Math.abs(framesPerSecond - wantedFramesPerSecond) < 0.01 * wantedFramesPerSecond;
  }

  /** A {@code struct v4l2_dv_timings}. */
  Memory toNative() {
    Memory timings = new Memory(VideoDev2.DV_TIMINGS);
    timings.write(0, struct, 0, struct.length);
    return timings;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%dx%d%s%.2f", width, height, interlaced ? "i" : "p", framesPerSecond);
  }
}
