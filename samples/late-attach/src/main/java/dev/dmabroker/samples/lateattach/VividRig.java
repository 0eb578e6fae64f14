package dev.dmabroker.samples.lateattach;

import dev.dmabroker.Constraints;
import dev.dmabroker.ImageSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.samples.devices.DvTimings;
import dev.dmabroker.samples.devices.V4l2Buffer;
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

  /** What the emulated machine sustains with every frame read three times by the CPU. */
  private static final int CAMERA_RATE = 30;

  private static final int DISPLAY_RATE = 60;

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
    ImageSpec image = options.image(1920, 1080);
    double rate = options.rate().orElse(CAMERA_RATE);
    try {
      camera.get().setInput(HDMI_INPUT);
      display.get().setOutput(HDMI_OUTPUT);
      camera.get().setDvTimings(timings(camera.get(), image, rate));
      display.get().setDvTimings(timings(display.get(), image, DISPLAY_RATE));
      int frameBytes =
          Math.max(
              negotiate(camera.get(), V4l2Direction.CAPTURE, image),
              negotiate(display.get(), V4l2Direction.OUTPUT, image));
      return Optional.of(
          new Rig(
              new VividCamera(camera.get(), frameBytes, rate),
              new VividDisplay(display.get(), frameBytes),
              image,
              rate,
              "real",
              "vivid-000 ("
                  + camera.get().node()
                  + ", any dma-buf) and the output of vivid-001 ("
                  + display.get().node()
                  + ", contiguous dma-bufs only, "
                  + DISPLAY_RATE
                  + " Hz)"));
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
    long stride = image.layout().planes().get(0).strideBytes();
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
    private final double periodNanos;
    private final long[] queuedNanos = new long[BUFFERS];
    private long lastSequence = -1;
    private long lastNanos = Long.MAX_VALUE;

    VividCamera(V4l2Device device, int frameBytes, double rate) {
      this.device = device;
      this.periodNanos = 1e9 / rate;
      this.frameBytes = frameBytes;
      this.queue = device.queue(V4l2Direction.CAPTURE, BUFFERS);
    }

    @Override
    public Constraints constraints() {
      return Constraints.builder()
          .deviceAccess()
          .cpuReach()
          .minSize(frameBytes)
          // vivid maps what it imports into the kernel, which udmabuf of 6.1 does not offer.
          .forbiddenHeaps("udmabuf")
          .build();
    }

    @Override
    public void queue(int index, Mapping mapping) {
      queuedNanos[index] = System.nanoTime();
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
      return queue.dequeue(timeout).map(this::captured);
    }

    /**
     * vivid numbers frames by the clock: the numbers that are missing were lost for lack of a
     * buffer as far as this one was queued too late for them, and skipped by vivid's own late
     * thread otherwise. The driver stamps frames with the clock that nanoTime reads.
     */
    private Captured captured(V4l2Buffer frame) {
      long missing = frame.sequence() - lastSequence - 1;
      long without = (long) ((queuedNanos[frame.index()] - lastNanos) / periodNanos);
      long dropped = Math.max(0, Math.min(missing, without));
      lastSequence = frame.sequence();
      lastNanos = frame.timestampNanos();
      return new Captured(frame.index(), frame.sequence(), dropped, missing - dropped);
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
