package dev.dmabroker.samples.lateattach;

import dev.dmabroker.Mapping;
import dev.dmabroker.devices.DeviceException;
import dev.dmabroker.devices.V4l2Buffer;
import dev.dmabroker.devices.V4l2Device;
import dev.dmabroker.devices.V4l2Direction;
import dev.dmabroker.devices.V4l2Queue;
import dev.dmabroker.samples.common.FrameLosses;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.ImageSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
    ImageSpec image = options.image();
    double rate = options.rate.orElse(CAMERA_RATE);
    try {
      camera.get().signal().setInput(HDMI_INPUT);
      display.get().signal().setOutput(HDMI_OUTPUT);
      camera.get().signal().setDvTimings(image.width(), image.height(), rate);
      display.get().signal().setDvTimings(image.width(), image.height(), DISPLAY_RATE);
      int frameBytes =
          Math.max(
              camera.get().requireFormat(V4l2Direction.CAPTURE, image).sizeBytes(),
              display.get().requireFormat(V4l2Direction.OUTPUT, image).sizeBytes());
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

  /** Both map what they import into the kernel, which udmabuf of 6.1 does not offer. */
  private static ConstraintsBuilder reach(int frameBytes) {
    return Constraints.builder().cpuReach().minSize(frameBytes).forbiddenHeaps("udmabuf");
  }

  private static final class VividCamera implements Camera {
    private final V4l2Device device;
    private final V4l2Queue<Integer> queue;
    private final int frameBytes;
    private final long[] queuedNanos = new long[BUFFERS];
    private final boolean[] behindAnother = new boolean[BUFFERS];
    private final FrameLosses losses;

    VividCamera(V4l2Device device, int frameBytes, double rate) {
      this.device = device;
      this.losses = new FrameLosses(rate);
      this.frameBytes = frameBytes;
      this.queue = device.queue(V4l2Direction.CAPTURE, BUFFERS);
    }

    @Override
    public Constraints constraints() {
      return reach(frameBytes).build();
    }

    @Override
    public void queue(int index, Mapping mapping) {
      queuedNanos[index] = System.nanoTime();
      behindAnother[index] = queue.isBusy();
      queue.queue(index, mapping);
    }

    @Override
    public void start() {
      queue.start();
    }

    @Override
    public Optional<Captured> dequeue(Duration timeout, Consumer<Captured> beforeUnmap) {
      if (queue.queuedCount() == 0) {
        return Optional.empty();
      }
      AtomicReference<@Nullable Captured> captured = new AtomicReference<>();
      queue.dequeue(
          timeout,
          done -> {
            Captured frame = captured(done.buffer(), done.frame());
            captured.set(frame);
            beforeUnmap.accept(frame);
          });
      return Optional.ofNullable(captured.get());
    }

    private Captured captured(V4l2Buffer frame, int index) {
      long skipped = losses.skipped();
      long dropped = losses.captured(frame, queuedNanos[index], behindAnother[index]);
      return new Captured(index, frame.sequence(), dropped, losses.skipped() - skipped);
    }

    @Override
    public void stop() {
      queue.stop();
    }

    @Override
    public void close() {
      device.close();
    }
  }

  private static final class VividDisplay implements Display {
    private final V4l2Device device;
    private final V4l2Queue<Integer> queue;
    private final int frameBytes;
    private boolean started;

    VividDisplay(V4l2Device device, int frameBytes) {
      this.device = device;
      this.frameBytes = frameBytes;
      this.queue = device.queue(V4l2Direction.OUTPUT, BUFFERS);
    }

    @Override
    public Constraints constraints() {
      return reach(frameBytes).contiguous().addressBits(32).build();
    }

    @Override
    public Optional<String> refusal(int index, Mapping mapping) {
      try {
        queue.queue(index, mapping);
        return Optional.empty();
      } catch (DeviceException e) {
        return Optional.of(String.valueOf(e.getMessage()));
      } finally {
        queue.stop();
      }
    }

    @Override
    public void show(int index, Mapping mapping) {
      queue.queue(index, mapping);
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
      return queue.dequeue(Duration.ZERO).map(V4l2Queue.Done::frame);
    }

    @Override
    public void stop() {
      queue.stop();
    }

    @Override
    public void close() {
      device.close();
    }
  }
}
