package dev.dmabroker.samples.modes;

import dev.dmabroker.devices.V4l2Device;
import dev.dmabroker.devices.V4l2Direction;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** MMAP: each driver has memory of its own, and the CPU copies from one to the other. */
final class CopyMode extends CpuMode {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final Deque<Integer> freeToShow = new ArrayDeque<>(); // The display's own buffers.
  private final Deque<Integer> copied = new ArrayDeque<>(); // The camera's.

  CopyMode(V4l2Device camera, V4l2Device display, int buffers) {
    super(
        camera.driversMemory(V4l2Direction.CAPTURE, buffers),
        display.driversMemory(V4l2Direction.OUTPUT, buffers));
    for (int i = 0; i < out().count(); i++) {
      freeToShow.add(i);
    }
  }

  @Override
  public String name() {
    return "MMAP with a copy";
  }

  @Override
  public int copies() {
    return 1;
  }

  @Override
  public int buffers() {
    return in().count();
  }

  @Override
  public void show(int number) {
    int target = freeToShow.isEmpty() ? shownBuffer(LONGEST).orElseThrow() : freeToShow.remove();
    out().copyFrame(target, in(), number);
    copied.add(number);
    showBuffer(target);
  }

  /** Does not wait: what was copied is free. */
  @Override
  public Optional<Integer> shown(Duration timeout) {
    return Optional.ofNullable(copied.poll());
  }
}
