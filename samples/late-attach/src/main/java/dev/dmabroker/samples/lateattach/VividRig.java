package dev.dmabroker.samples.lateattach;

import dev.dmabroker.Constraints;
import dev.dmabroker.ImageSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.samples.devices.DvTimings;
import dev.dmabroker.samples.devices.V4l2Device;
import dev.dmabroker.samples.devices.V4l2Direction;
import dev.dmabroker.samples.devices.V4l2Exception;
import dev.dmabroker.samples.devices.V4l2Format;
import dev.dmabroker.samples.devices.V4l2Queue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The kernel's vivid driver: its first device as the camera, which takes any dma-buf that the
 * kernel can map, and its second one's output as the display, which with {@code
 * vivid.allocators=0,1} takes physically contiguous memory only.
 */
final class VividRig {
  /** vivid's HDMI input and output, the ones with a fixed rate at every size. */
  private static final int HDMI_INPUT = 3;

  private static final int HDMI_OUTPUT = 1;
  private static final int BUFFERS = 4;

  private VividRig() {}

  /** Empty if there are no such devices. */
  static Optional<Rig> open(Options options) {
    Optional<V4l2Device> camera = vivid(V4l2Direction.CAPTURE, "platform:vivid-000");
    Optional<V4l2Device> display = vivid(V4l2Direction.OUTPUT, "platform:vivid-001");
    if (camera.isEmpty() || display.isEmpty()) {
      camera.ifPresent(V4l2Device::close);
      display.ifPresent(V4l2Device::close);
      return Optional.empty();
    }
    ImageSpec image = options.image(1280, 720);
    double rate = options.rate().orElse(60);
    try {
      camera.get().setInput(HDMI_INPUT);
      display.get().setOutput(HDMI_OUTPUT);
      for (V4l2Device device : List.of(camera.get(), display.get())) {
        device.setDvTimings(timings(device, image, rate));
      }
      int frameBytes =
          Math.max(
              negotiate(camera.get(), V4l2Direction.CAPTURE, image),
              negotiate(display.get(), V4l2Direction.OUTPUT, image));
      return Optional.of(
          new Rig(
              new VividCamera(camera.get(), frameBytes),
              new VividDisplay(display.get(), frameBytes),
              image,
              rate,
              "real",
              "vivid-000 ("
                  + camera.get().node()
                  + ", any dma-buf) and the output of vivid-001 ("
                  + display.get().node()
                  + ", contiguous dma-bufs only)"));
    } catch (RuntimeException e) {
      camera.get().close();
      display.get().close();
      throw e;
    }
  }

  private static Optional<V4l2Device> vivid(V4l2Direction direction, String bus) {
    return V4l2Device.find(
        direction, found -> found.driver().equals("vivid") && found.busInfo().equals(bus));
  }

  private static DvTimings timings(V4l2Device device, ImageSpec image, double rate) {
    return device.dvTimings().stream()
        .filter(timings -> !timings.interlaced())
        .filter(timings -> timings.shows(image.width(), image.height(), rate))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    device.node()
                        + " has no timings for "
                        + image
                        + " at "
                        + rate
                        + "/s; it has "
                        + device.dvTimings()));
  }

  private static int negotiate(V4l2Device device, V4l2Direction direction, ImageSpec image) {
    V4l2Format format = device.setFormat(direction, image);
    long stride = image.layout(1).planes().get(0).strideBytes();
    if (!format.shows(image) || format.strideBytes() != stride) {
      throw new IllegalStateException(
          device.node() + " made " + format + " of " + image + " with a stride of " + stride);
    }
    return format.sizeBytes();
  }

  private static final class VividCamera implements Camera {
    private final V4l2Device device;
    private final V4l2Queue queue;
    private final int frameBytes;

    VividCamera(V4l2Device device, int frameBytes) {
      this.device = device;
      this.frameBytes = frameBytes;
      this.queue = device.queue(V4l2Direction.CAPTURE, BUFFERS);
    }

    @Override
    public Constraints constraints() {
      return Constraints.builder()
          .deviceAccess()
          .cpuReach()
          .minSize(frameBytes)
          // vivid maps what it imports into the kernel, which udmabuf did not offer before 6.6.
          .forbiddenHeaps("udmabuf")
          .build();
    }

    @Override
    public void queue(int index, Mapping mapping) {
      queue.queue(index, mapping.fd(), 0, Math.toIntExact(mapping.sizeBytes()));
    }

    @Override
    public void start() {
      queue.start();
    }

    @Override
    public Optional<Captured> dequeue(Duration timeout) {
      if (queue.queuedCount() == 0) {
        return Optional.empty();
      }
      return queue.dequeue(timeout).map(frame -> new Captured(frame.index(), frame.sequence()));
    }

    @Override
    public List<Integer> stop() {
      return queue.stop();
    }

    @Override
    public void close() {
      device.close();
    }
  }

  private static final class VividDisplay implements Display {
    private final V4l2Device device;
    private V4l2Queue queue;
    private final int frameBytes;
    private boolean started;

    VividDisplay(V4l2Device device, int frameBytes) {
      this.device = device;
      this.frameBytes = frameBytes;
      this.queue = device.queue(V4l2Direction.OUTPUT, BUFFERS);
    }

    @Override
    public Constraints constraints() {
      return Constraints.builder()
          .deviceAccess()
          .cpuReach()
          .contiguous()
          .addressBits(32)
          .minSize(frameBytes)
          .forbiddenHeaps("udmabuf")
          .build();
    }

    @Override
    public Optional<String> refusal(int index, Mapping mapping) {
      Optional<String> refusal = Optional.empty();
      try {
        queue(index, mapping);
      } catch (V4l2Exception e) {
        refusal = Optional.of(String.valueOf(e.getMessage()));
      }
      // A fresh queue: after a failed import videobuf2 keeps a length of 0 at the index, and so
      // refuses whatever is queued there with EINVAL (seen in 6.1).
      queue.close();
      queue = device.queue(V4l2Direction.OUTPUT, BUFFERS);
      return refusal;
    }

    private void queue(int index, Mapping mapping) {
      queue.queue(index, mapping.fd(), frameBytes, Math.toIntExact(mapping.sizeBytes()));
    }

    @Override
    public void show(int index, Mapping mapping) {
      queue(index, mapping);
      if (!started) {
        started = true;
        queue.start();
      }
    }

    @Override
    public Optional<Integer> shown() {
      if (!started || queue.queuedCount() == 0) {
        return Optional.empty();
      }
      return queue.dequeue(Duration.ZERO).map(frame -> frame.index());
    }

    @Override
    public List<Integer> stop() {
      return queue.stop();
    }

    @Override
    public void close() {
      device.close();
    }
  }
}
