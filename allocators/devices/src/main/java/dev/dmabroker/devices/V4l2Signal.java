package dev.dmabroker.devices;

import com.sun.jna.Memory;
import dev.dmabroker.allocators.linux.VideoDev2;
import java.util.ArrayList;
import java.util.List;

/**
 * The video signal of a V4L2 node: the connector by which pictures come or go, their size and their
 * rate. Its methods throw as those of {@link V4l2Device}. Used by the one thread that uses the
 * device.
 */
public final class V4l2Signal {
  private final Node node;
  private final boolean multiPlanar;

  V4l2Signal(Node node, boolean multiPlanar) {
    this.node = node;
    this.multiPlanar = multiPlanar;
  }

  /**
   * Selects what a capture comes from; it resets the format.
   *
   * @param input the number of the input, from 0
   */
  public void setInput(int input) {
    node.ioctl("VIDIOC_S_INPUT", VideoDev2.VIDIOC_S_INPUT, Structs.integer(input));
  }

  /**
   * Selects where an output goes; it resets the format.
   *
   * @param output the number of the output, from 0
   */
  public void setOutput(int output) {
    node.ioctl("VIDIOC_S_OUTPUT", VideoDev2.VIDIOC_S_OUTPUT, Structs.integer(output));
  }

  /**
   * {@return the timings that the selected input or output knows; empty if it is not a digital one}
   */
  public List<DvTimings> dvTimings() {
    List<DvTimings> timings = new ArrayList<>();
    Memory entry = Structs.zeroed(VideoDev2.ENUM_DV_TIMINGS);
    // Past the last the driver answers EINVAL; ENODATA and ENOTTY say that there are none.
    while (node.tryIoctl(VideoDev2.VIDIOC_ENUM_DV_TIMINGS, entry) == 0) {
      timings.add(new DvTimings(entry.share(VideoDev2.ENUM_DV_TIMINGS__TIMINGS)));
      entry.clear();
      entry.setInt(VideoDev2.ENUM_DV_TIMINGS__INDEX, timings.size());
    }
    return timings;
  }

  /**
   * Sets the first timings of the selected digital input or output that show this size,
   * progressive, at this rate; it resets the format.
   *
   * @param width visible pixels of a line
   * @param height visible lines of a frame
   * @param framesPerSecond frames a second, within 1 %
   * @throws IllegalArgumentException if there are none; it names those that there are
   */
  public void setDvTimings(int width, int height, double framesPerSecond) {
    List<DvTimings> known = dvTimings();
    setDvTimings(
        known.stream()
            .filter(each -> each.shows(width, height, framesPerSecond))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s has no timings for %dx%d at %s/s; it has %s"
                            .formatted(node.name(), width, height, framesPerSecond, known))));
  }

  /**
   * Sets size and rate of the selected digital input or output; it resets the format.
   *
   * @param timings one of those that {@link #dvTimings} gave
   */
  public void setDvTimings(DvTimings timings) {
    node.ioctl("VIDIOC_S_DV_TIMINGS", VideoDev2.VIDIOC_S_DV_TIMINGS, timings.toNative());
  }

  /**
   * {@return the time that a frame takes now}
   *
   * @param direction the way that the frames go
   */
  public FrameInterval frameInterval(V4l2Direction direction) {
    Memory parameters = streamParameters(direction);
    node.ioctl("VIDIOC_G_PARM", VideoDev2.VIDIOC_G_PARM, parameters);
    return frameInterval(parameters);
  }

  /**
   * Negotiates the time that a frame takes.
   *
   * @param direction the way that the frames go
   * @param wanted the time that a frame should take
   * @return what the driver made of it
   */
  public FrameInterval setFrameInterval(V4l2Direction direction, FrameInterval wanted) {
    Memory parameters = streamParameters(direction);
    parameters.setInt(VideoDev2.STREAMPARM__NUMERATOR, wanted.numerator());
    parameters.setInt(VideoDev2.STREAMPARM__DENOMINATOR, wanted.denominator());
    node.ioctl("VIDIOC_S_PARM", VideoDev2.VIDIOC_S_PARM, parameters);
    return frameInterval(parameters);
  }

  private Memory streamParameters(V4l2Direction direction) {
    Memory parameters = Structs.zeroed(VideoDev2.STREAMPARM);
    parameters.setInt(VideoDev2.STREAMPARM__TYPE, direction.bufferType(multiPlanar));
    return parameters;
  }

  private static FrameInterval frameInterval(Memory parameters) {
    return new FrameInterval(
        parameters.getInt(VideoDev2.STREAMPARM__NUMERATOR),
        parameters.getInt(VideoDev2.STREAMPARM__DENOMINATOR));
  }
}
