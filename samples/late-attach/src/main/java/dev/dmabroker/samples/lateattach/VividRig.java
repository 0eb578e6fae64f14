package dev.dmabroker.samples.lateattach;

import dev.dmabroker.Mapping;
import dev.dmabroker.devices.DeviceException;
import dev.dmabroker.devices.V4l2Buffer;
import dev.dmabroker.devices.V4l2Direction;
import dev.dmabroker.devices.V4l2Queue;
import dev.dmabroker.samples.common.FrameLosses;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's vivid driver: its first device as the camera and its second one's output as the
 * display.
 */
final class VividRig {
  private static final int BUFFERS = 4;

  /** What the emulated machine sustains with every frame read three times by the CPU. */
  private static final int CAMERA_RATE = 30;

  private VividRig() {}

  /** Empty if there are no such devices. */
  static Optional<Rig> open(Options options) {
    ImageSpec image = options.image();
    double rate = options.rate.orElse(CAMERA_RATE);
    Optional<Vivid> camera = Vivid.camera(image, rate);
    if (camera.isEmpty()) {
      return Optional.empty();
    }
    Optional<Vivid> display;
    try {
      display = Vivid.display(image);
    } catch (RuntimeException e) {
      camera.get().close();
      throw e;
    }
    if (display.isEmpty()) {
      camera.get().close();
      return Optional.empty();
    }
    return Optional.of(
        new Rig(
            new VividCamera(camera.get(), rate),
            new VividDisplay(display.get()),
            image,
            rate,
            "real",
            "vivid-000 (%s, any dma-buf) and the output of vivid-001 (%s, contiguous dma-bufs only, %d Hz)"
                .formatted(camera.get(), display.get(), Vivid.DISPLAY_RATE)));
  }

  private static final class VividCamera implements Camera {
    private final Vivid vivid;
    private final V4l2Queue<Integer> queue;
    private final long[] queuedNanos = new long[BUFFERS];
    private final boolean[] behindAnother = new boolean[BUFFERS];
    private final FrameLosses losses;

    VividCamera(Vivid vivid, double rate) {
      this.vivid = vivid;
      this.losses = new FrameLosses(rate);
      this.queue = vivid.device().queue(V4l2Direction.CAPTURE, BUFFERS);
    }

    @Override
    public Constraints constraints() {
      return vivid.constraints();
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
      vivid.close();
    }
  }

  private static final class VividDisplay implements Display {
    private final Vivid vivid;
    private final V4l2Queue<Integer> queue;
    private boolean started;

    VividDisplay(Vivid vivid) {
      this.vivid = vivid;
      this.queue = vivid.device().queue(V4l2Direction.OUTPUT, BUFFERS);
    }

    @Override
    public Constraints constraints() {
      return vivid.constraints();
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
      vivid.close();
    }
  }
}
