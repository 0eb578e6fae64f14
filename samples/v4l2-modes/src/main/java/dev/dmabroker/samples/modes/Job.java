package dev.dmabroker.samples.modes;

import dev.dmabroker.samples.devices.FrameLosses;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

/** Moves frames from camera to display, the same way in every mode, and measures itself. */
final class Job {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final int warmUp;
  private final int frames;
  private final double framesPerSecond;

  /**
   * What came of it.
   *
   * @param frames captured and given to the display
   * @param cpuMicros of the job's thread, user and system, for each frame
   * @param copies by the CPU, for each frame
   * @param dropped frames lost for want of a buffer in the camera
   * @param damaged frames that the driver called so
   */
  record Result(
      String mode,
      String display,
      int frames,
      double cpuMicros,
      int copies,
      long dropped,
      int damaged) {}

  /**
   * A job of so many frames.
   *
   * @param warmUp frames before the measurement, in which classes are loaded and compiled
   */
  Job(int warmUp, int frames, double framesPerSecond) {
    this.warmUp = warmUp;
    this.frames = frames;
    this.framesPerSecond = framesPerSecond;
  }

  Result run(Mode mode) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long[] givenNanos = new long[mode.buffers()];
    for (int i = 0; i < mode.buffers(); i++) {
      mode.give(i);
      givenNanos[i] = System.nanoTime();
    }
    mode.start();
    FrameLosses losses = new FrameLosses(framesPerSecond);
    long droppedBefore = 0;
    long cpuBefore = 0;
    int damaged = 0;
    for (int i = 0; i < warmUp + frames; i++) {
      if (i == warmUp) {
        droppedBefore = losses.dropped();
        cpuBefore = threads.getCurrentThreadCpuTime();
      }
      Mode.Captured frame =
          mode.capture(LONGEST)
              .orElseThrow(
                  () -> new IllegalStateException(mode.name() + ": no frame in " + LONGEST));
      losses.captured(frame.buffer(), givenNanos[frame.number()]);
      damaged += frame.buffer().error() ? 1 : 0;
      mode.show(frame.number());
      for (var free = mode.shown(); free.isPresent(); free = mode.shown()) {
        mode.give(free.get());
        givenNanos[free.get()] = System.nanoTime();
      }
    }
    double cpuMicros = (threads.getCurrentThreadCpuTime() - cpuBefore) / 1e3 / frames;
    return new Result(
        mode.name(),
        mode.display(),
        frames,
        cpuMicros,
        mode.copies(),
        losses.dropped() - droppedBefore,
        damaged);
  }
}
