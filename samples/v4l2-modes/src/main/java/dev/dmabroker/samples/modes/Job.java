package dev.dmabroker.samples.modes;

import dev.dmabroker.samples.common.FrameLosses;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

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
   * @param cpuMicros of the job's thread, in user and kernel mode, for a frame: the median, as a
   *     busy host takes its time out of single frames
   * @param kernelShare of that thread's time, from 0 to 1
   * @param copies by the CPU, for each frame
   * @param dropped frames lost for want of a buffer in the camera
   * @param damaged frames that the driver called so
   */
  record Result(
      String mode,
      String display,
      int frames,
      double cpuMicros,
      double kernelShare,
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
    int atCamera = mode.buffers();
    mode.start();
    FrameLosses losses = new FrameLosses(framesPerSecond);
    long droppedBefore = 0;
    long[] cpuNanos = new long[frames];
    long cpuBefore = 0;
    long userBefore = 0;
    int damaged = 0;
    for (int i = 0; i < warmUp + frames; i++) {
      if (i == warmUp) {
        droppedBefore = losses.dropped();
        cpuBefore = threads.getCurrentThreadCpuTime();
        userBefore = threads.getCurrentThreadUserTime();
      }
      long frameBefore = threads.getCurrentThreadCpuTime();
      Mode.Captured frame =
          mode.capture(LONGEST)
              .orElseThrow(
                  () -> new IllegalStateException(mode.name() + ": no frame in " + LONGEST));
      losses.captured(frame.buffer(), givenNanos[frame.number()], /* behindAnother= */ false);
      damaged += frame.buffer().error() ? 1 : 0;
      mode.show(frame.number());
      atCamera--;
      // A camera without a buffer has none to wait for.
      for (Optional<Integer> free = mode.shown(atCamera == 0 ? LONGEST : Duration.ZERO);
          free.isPresent();
          free = mode.shown(Duration.ZERO)) {
        mode.give(free.get());
        givenNanos[free.get()] = System.nanoTime();
        atCamera++;
      }
      if (i >= warmUp) {
        cpuNanos[i - warmUp] = threads.getCurrentThreadCpuTime() - frameBefore;
      }
    }
    double cpu = threads.getCurrentThreadCpuTime() - cpuBefore;
    double user = threads.getCurrentThreadUserTime() - userBefore;
    Arrays.sort(cpuNanos);
    return new Result(
        mode.name(),
        mode.display(),
        frames,
        cpuNanos[frames / 2] / 1e3,
        Math.max(0, 1 - user / cpu), // The one counts clock ticks, the other is exact.
        mode.copies(),
        losses.dropped() - droppedBefore,
        damaged);
  }
}
