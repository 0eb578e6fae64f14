package dev.dmabroker.samples.modes;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/** Moves frames from camera to display, the same way in every mode, and measures itself. */
final class Job {
  private final int warmUp;
  private final int frames;
  private final double framesPerSecond;
  private final CallCounter counter;

  /**
   * A job of so many frames.
   *
   * @param warmUp frames before the measurement, in which classes are loaded and compiled
   * @param counter is had to count system calls after the measurement
   */
  Job(int warmUp, int frames, double framesPerSecond, CallCounter counter) {
    this.warmUp = warmUp;
    this.frames = frames;
    this.framesPerSecond = framesPerSecond;
    this.counter = counter;
  }

  Result run(Mode mode) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Carousel carousel = new Carousel(mode, framesPerSecond);
    carousel.show(warmUp);
    long[] cpuNanos = new long[frames];
    long droppedBefore = carousel.dropped();
    long userBefore = threads.getCurrentThreadUserTime();
    long cpuBefore = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < frames; i++) {
      long frameBefore = threads.getCurrentThreadCpuTime();
      carousel.showOne();
      cpuNanos[i] = threads.getCurrentThreadCpuTime() - frameBefore;
    }
    double cpu = threads.getCurrentThreadCpuTime() - cpuBefore;
    double user = threads.getCurrentThreadUserTime() - userBefore;
    long dropped = carousel.dropped() - droppedBefore;
    Optional<CallsPerFrame> calls = counter.perFrame(carousel::show);
    Arrays.sort(cpuNanos);
    return new Result(
        mode.name(),
        mode.display(),
        frames,
        cpuNanos[frames / 2] / 1e3,
        Math.max(0, 1 - user / cpu), // The one counts clock ticks, the other is exact.
        calls,
        mode.copies(),
        OptionalLong.of(dropped),
        carousel.damaged());
  }
}
