package dev.dmabroker.samples.lateattach;

import dev.dmabroker.devices.DeviceException;
import dev.dmabroker.devices.DvTimings;
import dev.dmabroker.devices.FrameInterval;
import dev.dmabroker.devices.V4l2Device;
import dev.dmabroker.devices.V4l2Direction;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.ImageSpec;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A device of the kernel's vivid driver, set up for the job. The first one is the camera, which
 * takes any dma-buf that the kernel can map. The second one's output is the display, which with
 * {@code vivid.allocators=0,1} takes physically contiguous memory only.
 *
 * @param device is open, and closed by this
 * @param frameBytes of a frame, as the driver counts
 * @param constraints what memory the driver imports
 */
public record Vivid(V4l2Device device, int frameBytes, Constraints constraints)
    implements AutoCloseable {
  /** For an error: no such device is there. */
  public static final String MISSING =
      "there are no vivid devices here; run with --kernel, or load the vivid module with n_devs=2"
          + " allocators=0,1";

  static final int DISPLAY_RATE = 60;

  /** vivid's HDMI input and output, the ones with a fixed rate at every size. */
  private static final int HDMI_INPUT = 3;

  /** Has rates that HDMI has not, such as 10 a second. */
  private static final int WEBCAM_INPUT = 0;

  private static final int HDMI_OUTPUT = 1;
  private static final String CAMERA = "platform:vivid-000";
  private static final String DISPLAY = "platform:vivid-001";

  /**
   * Opens the camera.
   *
   * @return empty if this machine has none that this user may open
   * @throws DeviceException if it does not take the format
   * @throws IllegalArgumentException if it does not have the rate at that size
   */
  public static Optional<Vivid> camera(ImageSpec image, double rate) {
    return open(
        V4l2Direction.CAPTURE,
        CAMERA,
        image,
        device -> {
          device.signal().setInput(HDMI_INPUT);
          if (!setTimings(device, image, rate)) {
            device.signal().setInput(WEBCAM_INPUT);
            setInterval(device, image, rate);
          }
        },
        Constraints.builder());
  }

  private static boolean setTimings(V4l2Device device, ImageSpec image, double rate) {
    Optional<DvTimings> timings =
        device.signal().dvTimings().stream()
            .filter(each -> each.shows(image.width(), image.height(), rate))
            .findFirst();
    timings.ifPresent(device.signal()::setDvTimings);
    return timings.isPresent();
  }

  private static void setInterval(V4l2Device device, ImageSpec image, double rate) {
    var unused = device.requireFormat(V4l2Direction.CAPTURE, image); // Its size comes first.
    FrameInterval interval =
        device.signal().setFrameInterval(V4l2Direction.CAPTURE, new FrameInterval(1, (int) rate));
    if (interval.framesPerSecond() != rate) {
      throw new IllegalArgumentException(
          "%s has no %s frames a second at %dx%d; it would take %s"
              .formatted(
                  device.node(), rate, image.width(), image.height(), interval.framesPerSecond()));
    }
  }

  /**
   * Opens the display.
   *
   * @return empty if this machine has none that this user may open
   * @throws DeviceException if it does not take the format
   */
  public static Optional<Vivid> display(ImageSpec image) {
    return open(
        V4l2Direction.OUTPUT,
        DISPLAY,
        image,
        device -> {
          device.signal().setOutput(HDMI_OUTPUT);
          device.signal().setDvTimings(image.width(), image.height(), DISPLAY_RATE);
        },
        Constraints.builder().contiguous().addressBits(32));
  }

  private static Optional<Vivid> open(
      V4l2Direction direction,
      String bus,
      ImageSpec image,
      Consumer<V4l2Device> signal,
      ConstraintsBuilder reach) {
    Optional<V4l2Device> found =
        V4l2Device.find(direction, is -> is.driver().equals("vivid") && is.busInfo().equals(bus));
    try {
      return found.map(
          device -> {
            signal.accept(device);
            int bytes = device.requireFormat(direction, image).sizeBytes();
            // It maps what it imports into the kernel, which udmabuf of 6.1 does not offer.
            reach.cpuReach().minSize(bytes).forbiddenHeaps("udmabuf");
            return new Vivid(device, bytes, reach.build());
          });
    } catch (RuntimeException e) {
      found.ifPresent(V4l2Device::close);
      throw e;
    }
  }

  @Override
  public void close() {
    device.close();
  }

  /** Its node. */
  @Override
  public String toString() {
    return device.node().toString();
  }
}
